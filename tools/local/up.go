package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/techcommerce/platform/tools/local/internal/step"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// serveLimit is how long the shop may take to answer once pulumi up has returned.
const serveLimit = 2 * time.Minute

// up brings everything from whatever there is to a shop that takes orders.
func up(ctx context.Context, s *session) error {
	if os.Getenv("KUBE_CONTEXT") == "" {
		if err := s.checkHosting(); err != nil {
			return err
		}
		if err := s.offerQuickerWays(ctx); err != nil {
			return err
		}
	}
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	started := time.Now()
	first, err := s.shopComesFirst()
	if err != nil {
		return err
	}
	if first {
		if err := s.bringUpShop(ctx, started); err != nil {
			return err
		}
	} else {
		s.goal = s.shopAnswers
	}
	at, err := s.bringUp(ctx)
	if err != nil {
		return err
	}
	outputs, err := s.outputs(ctx)
	if err != nil {
		return err
	}
	s.console.Sayf("%s", upText(at, time.Since(started), monitoringText(outputs, at)))
	return nil
}

// bringUp makes everything run that the stack declares, but for what pulumi is told to leave out.
func (s *session) bringUp(ctx context.Context, leftOut ...string) (address, error) {
	if err := s.prepareCluster(ctx); err != nil {
		return address{}, err
	}
	if err := s.prepareStack(ctx); err != nil {
		return address{}, err
	}
	s.console.Sayf("pulumi up --stack %s", stack)
	args := append([]string{"up", "--stack", stack, "--yes", "--skip-preview"}, leftOut...)
	if err := s.runIn(ctx, s.pulumiProgram(), args...); err != nil {
		return address{}, &step.Problem{
			What: "pulumi up", Cause: err,
			Mend: "The lines above say what failed. Mend it and run make up again; it goes on from here.\n" +
				"  make status shows the pods, make logs what they say.",
		}
	}
	return s.showsUp(ctx)
}

// shopComesFirst reports whether the programs of the monitoring are still to be built. The shop does not wait for them.
func (s *session) shopComesFirst() (bool, error) {
	if os.Getenv("KUBE_CONTEXT") != "" {
		return false, nil // another cluster pulls their images
	}
	monitored, err := s.monitored()
	if err != nil || !monitored {
		return false, err
	}
	missing, err := s.builder().Missing(toolchain.Watching())
	return missing > 0, err
}

// monitoringObjects are the objects of the stack's monitoring, for pulumi to leave alone: whatever the first word of a
// pattern's end names, with all below it.
var monitoringObjects = []string{
	"--exclude", "**techcommerce:monitoring:Monitoring**", "--exclude", "**::monitoring-foundation**",
	"--exclude", "**::nodes-foundation**", "--exclude", "**::monitoring-keys**",
}

// bringUpShop makes the shop take orders before what watches it is built.
func (s *session) bringUpShop(ctx context.Context, started time.Time) error {
	s.shopOnly, s.goal = true, s.shopAnswers
	at, err := s.bringUp(ctx, monitoringObjects...)
	s.shopOnly = false
	if err != nil {
		return err
	}
	s.goal = func(context.Context) toolchain.Goal {
		return toolchain.Goal{Name: "the graphs are there", Then: afterTools}
	}
	s.console.Sayf("\nThe shop takes orders (after %s): %s\nWhat watches it follows.\n", step.Took(time.Since(started)), at.url)
	return nil
}

// afterTools is what starting the cluster, importing images and pulumi up take on two cores, once all is compiled.
const afterTools = 75 * time.Second

// shopAnswers is what the tools are built for: what is still to be compiled then, the shop and the program, is counted in
// the same measure as the tools.
func (s *session) shopAnswers(ctx context.Context) toolchain.Goal {
	goal := toolchain.Goal{Name: "the shop answers", Then: afterTools}
	goal.Source = toolchain.Source(ctx, s.repository, "./infra", "./apps/frontend", "./apps/order-api", "./apps/product-api")
	return goal
}

// showsUp waits until the shop answers and returns where.
func (s *session) showsUp(ctx context.Context) (address, error) {
	var at address
	err := s.console.Do("the shop answers", func() (err error) {
		if at, err = s.shopAddress(ctx); err != nil {
			return err
		}
		if at.forward != "" {
			return s.answersThrough(ctx, at.forward)
		}
		return awaitShop(ctx, at.url)
	})
	return at, err
}

// prepareCluster makes a cluster ready that knows the shop's images: the one that KUBE_CONTEXT names, or our own.
func (s *session) prepareCluster(ctx context.Context) error {
	if name := os.Getenv("KUBE_CONTEXT"); name != "" {
		return s.prepareContext(ctx, name)
	}
	if err := s.prepareHosting(ctx); err != nil {
		return err
	}
	if err := s.hostCluster(ctx); err != nil {
		return err
	}
	built, err := s.localImages(ctx)
	if err != nil {
		return err
	}
	c, err := s.cluster()
	if err != nil {
		return err
	}
	return s.importImages(ctx, c, built)
}

// prepareContext makes a cluster of the user's ready, touching nothing in it but, at the end, the stack's own objects.
func (s *session) prepareContext(ctx context.Context, name string) error {
	context, err := s.useContext(ctx, name)
	if err != nil {
		return err
	}
	if err := s.ensure(ctx); err != nil {
		return err
	}
	built, err := s.shopImages(ctx)
	if err != nil {
		return err
	}
	return context.load(ctx, s, built)
}

// inARow is how many answers in a row count as an answering shop. Each comes over a connection of its own, so that
// every frontend has its turn: one of them may find its way to the APIs a little later than another.
const inARow = 8

// awaitShop waits until the shop lists its products and its orders.
func awaitShop(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, serveLimit)
	defer cancel()
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for answered := 0; ; {
		// Where orders are their owners' to see, that the list is refused shows as well that order-api answers.
		err := errors.Join(get(ctx, client, url+"/api/products"),
			get(ctx, client, url+"/api/orders", http.StatusUnauthorized))
		if err == nil {
			answered++
			if answered == inARow {
				return nil
			}
			continue
		}
		answered = 0
		select {
		case <-ctx.Done():
			return &step.Problem{
				What: "the shop does not answer at " + url, Cause: err,
				Mend: "make status shows the pods, make logs what they say.",
			}
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// get wants 200, or one of the other statuses.
func get(ctx context.Context, client http.Client, url string, others ...int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && !slices.Contains(others, response.StatusCode) {
		return fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return nil
}

func upText(at address, took time.Duration, monitoring string) string {
	forward := ""
	if at.forward != "" {
		forward = "\n  with this running, since no way into the cluster leads here:\n                 " + at.forward + "\n"
	}
	return fmt.Sprintf(`
The shop takes orders (after %s):
%s
  in a browser   %[3]s
  with curl      curl -X POST %[3]s/api/orders -H 'Content-Type: application/json' \
                   -d '{"customer":"Ada","items":[{"product_id":1,"quantity":2}]}'

%[4]s
  make status    URLs, pods, outputs          make logs     what the services say
  make down      takes all of it away         make help     the rest
  eval "$(make env)" lets kubectl and pulumi work on it`, step.Took(took), forward, at.url, monitoring)
}
