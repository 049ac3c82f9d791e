package wiring

import (
	"iter"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// reference is a name in a pod that means another object.
type reference struct {
	kind, name string
	// key is an entry of it, if one is meant.
	key string
	// from says where in the pod.
	from string
}

func cutKind(where string) (kind, name string) {
	kind, name, _ = strings.Cut(where, " ")
	return kind, name
}

// references yields every name in the pod that means another object.
func references(p pod) iter.Seq[reference] {
	return func(yield func(reference) bool) {
		list := []reference{{kind: "ServiceAccount", name: p.template.Spec.ServiceAccountName, from: "serviceAccountName"}}
		for _, c := range p.containers() {
			list = append(list, fromEnvironment(c)...)
		}
		for _, v := range p.template.Spec.Volumes {
			list = append(list, fromVolume(v)...)
		}
		for _, r := range list {
			if !yield(r) {
				return
			}
		}
	}
}

func fromEnvironment(c *corev1.Container) []reference {
	var list []reference
	for _, e := range c.EnvFrom {
		if e.ConfigMapRef != nil {
			list = append(list, reference{kind: "ConfigMap", name: e.ConfigMapRef.Name, from: "envFrom"})
		}
		if e.SecretRef != nil {
			list = append(list, reference{kind: "Secret", name: e.SecretRef.Name, from: "envFrom"})
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			ref := e.ValueFrom.SecretKeyRef
			list = append(list, reference{kind: "Secret", name: ref.Name, key: ref.Key, from: "variable " + e.Name})
		}
	}
	return list
}

func fromVolume(v corev1.Volume) []reference {
	from := "volume " + v.Name
	var list []reference
	if v.ConfigMap != nil {
		list = append(list, reference{kind: "ConfigMap", name: v.ConfigMap.Name, from: from})
	}
	if v.Secret != nil {
		list = append(list, reference{kind: "Secret", name: v.Secret.SecretName, from: from})
	}
	if v.PersistentVolumeClaim != nil {
		claim := v.PersistentVolumeClaim.ClaimName
		list = append(list, reference{kind: "PersistentVolumeClaim", name: claim, from: from})
	}
	if v.Projected == nil {
		return list
	}
	for _, source := range v.Projected.Sources {
		if source.Secret == nil {
			continue
		}
		for _, item := range source.Secret.Items {
			list = append(list, reference{kind: "Secret", name: source.Secret.Name, key: item.Key, from: from})
		}
	}
	return list
}

// references demands that what a pod names is there.
func (c *checker) references(p pod) {
	all := c.meta()
	for r := range references(p) {
		if r.name == "" {
			continue
		}
		if meta := all[r.kind+" "+r.name]; meta == nil || meta.Namespace != p.namespace {
			c.fail(p.owner, "%s: there is no %s %s in namespace %s", r.from, r.kind, r.name, p.namespace)
			continue
		}
		if r.kind != "Secret" || r.key == "" {
			continue
		}
		secret := find(c.Secrets, r.name, func(s *corev1.Secret) string { return s.Name })
		if _, ok := secret.Data[r.key]; !ok {
			c.fail(p.owner, "%s: Secret %s has no entry %s", r.from, r.name, r.key)
		}
	}
}

// mounts demands that every mount has its volume and that none lies inside another: the kubelet makes a folder where a
// file of a nested mount should be.
func (c *checker) mounts(p pod) {
	volumes := map[string]bool{}
	for _, v := range p.template.Spec.Volumes {
		volumes[v.Name] = true
	}
	for _, container := range p.containers() {
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] {
				c.fail(p.owner, "%s: mounts volume %s, which the pod does not have", container.Name, mount.Name)
			}
			for _, outer := range container.VolumeMounts {
				if outer.MountPath != mount.MountPath && strings.HasPrefix(mount.MountPath, path.Clean(outer.MountPath)+"/") {
					c.fail(p.owner, "%s: %s is mounted inside %s", container.Name, mount.MountPath, outer.MountPath)
				}
			}
		}
	}
}
