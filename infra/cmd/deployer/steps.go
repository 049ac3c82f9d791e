package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/account"
	"github.com/techcommerce/platform/infra/cmd/deployer/internal/declared"
	"github.com/techcommerce/platform/infra/cmd/deployer/internal/rights"
	"github.com/techcommerce/platform/infra/internal/api"
)

// preview asks the stock CLI what the stack declares.
func preview(ctx context.Context, stack string) (declared.Stack, error) {
	command := exec.CommandContext(ctx, "pulumi", "preview", "--json", "--show-sames", "--non-interactive", "--stack", stack)
	command.Stderr = os.Stderr
	text, err := command.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return declared.Stack{}, err
	}
	read, unread := declared.Read(bytes.NewReader(text))
	if unread != nil {
		err = unread // it says why, too
	}
	return read, err
}

func derive(ctx context.Context, client api.Client, name string, stack declared.Stack) (account.Account, error) {
	kinds := client.Kinds()
	derived, err := rights.Derive(stack, func(apiVersion, kind string) (metav1.APIResource, error) {
		return kinds.Resource(ctx, apiVersion, kind)
	})
	if err != nil {
		return account.Account{}, err
	}
	return account.New(name, derived)
}

// show prints the account for those who want to look before, or to have their own tools make it.
func show(a account.Account, out io.Writer) error {
	objects, err := a.Objects()
	if err != nil {
		return err
	}
	for _, object := range objects {
		text, err := yaml.Marshal(object.Object)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "---\n%s", text); err != nil {
			return err
		}
	}
	return nil
}

func remove(ctx context.Context, o options, out io.Writer) error {
	a, err := account.New(o.stack, rights.Rights{})
	if err != nil {
		return err
	}
	if o.preview {
		a = a.Previewing()
	}
	client, err := api.Open("")
	if err != nil {
		return err
	}
	if err := errors.Join(a.Remove(ctx, client), os.RemoveAll(kubeconfig(a))); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s has no deployer any more, and its tokens open nothing\n", a.ID())
	return err
}

// kubeconfig is where the way in is written down.
func kubeconfig(a account.Account) string {
	return filepath.Join(".local", "deployer-"+a.ID()+".kubeconfig")
}

// entry is how somebody gets in with the account.
type entry struct {
	stack, context string
	lifetime       time.Duration
	out            io.Writer
}

// admit writes a kubeconfig with a new token.
func admit(ctx context.Context, client api.Client, a account.Account, how entry) error {
	token, ends, err := a.Token(ctx, client, how.lifetime)
	if err != nil {
		return err
	}
	own, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return err
	}
	text, err := account.Kubeconfig(*own, how.context, token)
	if err != nil {
		return err
	}
	path := kubeconfig(a)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// An older one may be there with wider permissions.
	if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, text, 0o600)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(how.out, "%s: works on %s alone, until %s\n", path, how.stack, ends.UTC().Format(time.DateTime+" MST"))
	return err
}
