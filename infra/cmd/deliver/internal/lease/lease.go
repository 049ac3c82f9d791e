// Package lease lets one deployment of a stack follow another. Pulumi's own lock covers one update; a deployment is an
// update, its verification and, where that fails, the rollback, and nobody else's update may come between them. The lock is
// a Lease in the stack's namespace, renewed while the deployment goes on, so that one that was killed does not hold it for
// ever.
package lease

import (
	"context"
	"fmt"
	"io"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/techcommerce/platform/infra/internal/api"
)

// name is the Lease's.
const name = "techcommerce-delivery"

// Lock is what a deployment asks for.
type Lock struct {
	Client    api.Client
	Namespace string
	// Holder says who holds it, to people.
	Holder string
	// Wait is how long to wait for another one to end.
	Wait time.Duration
	// Life is how long a holder that does not renew is believed to be there.
	Life time.Duration
	// Out is told what is waited for.
	Out io.Writer
}

// Held is that somebody else has the lock. Nothing was touched.
type Held struct{ Holder, Namespace string }

func (h Held) Error() string {
	return fmt.Sprintf("%s is at work in %s: nothing was touched. Wait for it and run this again", h.Holder, h.Namespace)
}

// Take takes the lock, waiting for whoever has it, and keeps it until release is called. A namespace that is not there yet
// has no lock, nor has one in which the account may not make a Lease: then only Pulumi's own lock is left, and that is said.
func (l Lock) Take(ctx context.Context) (release func(), err error) {
	deadline, last := time.Now().Add(l.Wait), observed{}
	for {
		holder, err := l.try(ctx, &last)
		switch {
		case apierrors.IsNotFound(err):
			return func() {}, nil
		case apierrors.IsForbidden(err):
			fmt.Fprintln(l.Out, "the account may not use leases, so only Pulumi's lock keeps deployments apart: make deployer renews its rights")
			return func() {}, nil
		case err != nil:
			return nil, fmt.Errorf("lock of %s: %w", l.Namespace, err)
		case holder == "":
			return l.keep(ctx), nil
		case time.Now().After(deadline):
			return nil, Held{holder, l.Namespace}
		}
		if last.told != holder {
			last.told = holder
			fmt.Fprintf(l.Out, "waiting up to %s for %s\n", l.Wait, holder)
		}
		select {
		case <-ctx.Done():
			return nil, Held{holder, l.Namespace}
		case <-time.After(min(time.Second, l.Life/4)):
		}
	}
}

// observed is what was seen of another holder, by this machine's clock: the other's may be wrong.
type observed struct {
	renewed string
	since   time.Time
	told    string
}

// try takes the lock if it is free, and otherwise says who has it.
func (l Lock) try(ctx context.Context, last *observed) (holder string, err error) {
	var found coordinationv1.Lease
	err = l.Client.Get(ctx, &found, l.path()+"/"+name)
	if apierrors.IsNotFound(err) {
		err = l.Client.Post(ctx, l.path(), l.lease(metav1.ObjectMeta{Name: name, Namespace: l.Namespace}), &found)
		if apierrors.IsAlreadyExists(err) {
			return "somebody else's deployment", nil
		}
		return "", err
	}
	if err != nil {
		return "", err
	}
	if by := found.Spec.HolderIdentity; by != nil && *by != "" {
		if renewed := found.ResourceVersion; renewed != last.renewed {
			last.renewed, last.since = renewed, time.Now()
		}
		if time.Since(last.since) < l.Life {
			return *by, nil
		}
	}
	err = l.Client.Put(ctx, l.path()+"/"+name, l.lease(found.ObjectMeta), &found)
	if apierrors.IsConflict(err) {
		return "somebody else's deployment", nil
	}
	return "", err
}

// writeLimit bounds one renewal.
const writeLimit = 5 * time.Second

// keep renews the lock until it is released. A renewal that fails is tried again: the lock outlives a restart of the API
// server. One that is under way is ended before the lock is given back, or the two would meet.
func (l Lock) keep(ctx context.Context) (release func()) {
	ctx = context.WithoutCancel(ctx)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-time.After(l.Life / 4):
				_ = l.write(ctx, l.Holder) // the next one may succeed
			}
		}
	}()
	return func() {
		close(stop)
		<-ended
		err := l.write(ctx, "")
		if apierrors.IsConflict(err) { // somebody who waits has looked at the same moment
			err = l.write(ctx, "")
		}
		if err != nil && !apierrors.IsNotFound(err) {
			fmt.Fprintf(l.Out, "the lock of %s could not be given back (%v): it ends by itself after %s\n", l.Namespace, err, l.Life)
		}
	}
}

// write renews the lock, or gives it back, if it is still ours.
func (l Lock) write(ctx context.Context, holder string) error {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	var found coordinationv1.Lease
	if err := l.Client.Get(ctx, &found, l.path()+"/"+name); err != nil {
		return err
	}
	if by := found.Spec.HolderIdentity; by == nil || *by != l.Holder {
		return nil // somebody has taken it over
	}
	next := l.lease(found.ObjectMeta)
	next.Spec.HolderIdentity = &holder
	return l.Client.Put(ctx, l.path()+"/"+name, next, &found)
}

func (l Lock) path() string {
	return "/apis/coordination.k8s.io/v1/namespaces/" + l.Namespace + "/leases"
}

func (l Lock) lease(meta metav1.ObjectMeta) coordinationv1.Lease {
	now, seconds := metav1.NewMicroTime(time.Now()), int32(l.Life.Seconds())
	return coordinationv1.Lease{
		TypeMeta:   metav1.TypeMeta{APIVersion: "coordination.k8s.io/v1", Kind: "Lease"},
		ObjectMeta: meta,
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity: &l.Holder, LeaseDurationSeconds: &seconds, AcquireTime: &now, RenewTime: &now,
		},
	}
}
