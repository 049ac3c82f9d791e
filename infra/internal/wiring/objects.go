// Package wiring proves that the parts of a declaration fit together: that every name, port, label, path and address in
// it means something that is there. It works on plain Kubernetes objects, knows only apps/contract beside them, and is
// used by tests alone.
package wiring

import (
	"bytes"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Objects are the Kubernetes objects of one stack, as Kubernetes itself types them.
type Objects struct {
	Namespaces   []*corev1.Namespace
	Deployments  []*appsv1.Deployment
	StatefulSets []*appsv1.StatefulSet
	DaemonSets   []*appsv1.DaemonSet
	CronJobs     []*batchv1.CronJob
	Jobs         []*batchv1.Job
	Services     []*corev1.Service
	Accounts     []*corev1.ServiceAccount
	Secrets      []*corev1.Secret
	ConfigMaps   []*corev1.ConfigMap
	Claims       []*corev1.PersistentVolumeClaim
	Quotas       []*corev1.ResourceQuota
	Autoscalers  []*autoscalingv2.HorizontalPodAutoscaler
	Budgets      []*policyv1.PodDisruptionBudget
	Policies     []*networkingv1.NetworkPolicy
	Cilium       []*CiliumPolicy
	Ingresses    []*networkingv1.Ingress
	Gateways     []*Gateway
	Routes       []*Route
	Roles        []*rbacv1.Role
	ClusterRoles []*rbacv1.ClusterRole
	Bindings     []*rbacv1.RoleBinding
	Everywhere   []*rbacv1.ClusterRoleBinding
	// Charts are what Helm fills namespaces with.
	Charts []*Chart
	// Others are of kinds that no rule looks into.
	Others []*metav1.PartialObjectMetadata
}

// Read types plain objects. A field that Kubernetes does not have is an error.
func Read(list []map[string]any) (*Objects, error) {
	o := &Objects{}
	for _, plain := range list {
		text, err := json.Marshal(plain)
		if err != nil {
			return nil, err
		}
		if plain["chart"] != nil {
			o.Charts = append(o.Charts, &Chart{Namespace: fmt.Sprint(plain["namespace"]), Text: string(text)})
			continue
		}
		if err := o.read(fmt.Sprint(plain["kind"]), text); err != nil {
			return nil, fmt.Errorf("%v %v: %w", plain["kind"], plain["metadata"], err)
		}
	}
	return o, nil
}

func (o *Objects) read(kind string, text []byte) error {
	switch kind {
	case "Namespace":
		return add(&o.Namespaces, text)
	case "Deployment":
		return add(&o.Deployments, text)
	case "StatefulSet":
		return add(&o.StatefulSets, text)
	case "DaemonSet":
		return add(&o.DaemonSets, text)
	case "CronJob":
		return add(&o.CronJobs, text)
	case "Job":
		return add(&o.Jobs, text)
	case "Service":
		return add(&o.Services, text)
	case "ServiceAccount":
		return add(&o.Accounts, text)
	case "Secret":
		return addSecret(o, text)
	case "ConfigMap":
		return add(&o.ConfigMaps, text)
	case "PersistentVolumeClaim":
		return add(&o.Claims, text)
	case "ResourceQuota":
		return add(&o.Quotas, text)
	case "HorizontalPodAutoscaler":
		return add(&o.Autoscalers, text)
	case "PodDisruptionBudget":
		return add(&o.Budgets, text)
	case "NetworkPolicy":
		return add(&o.Policies, text)
	case "CiliumNetworkPolicy":
		return add(&o.Cilium, text)
	case "Ingress":
		return add(&o.Ingresses, text)
	case "Gateway":
		return add(&o.Gateways, text)
	case "HTTPRoute":
		return add(&o.Routes, text)
	case "Role":
		return add(&o.Roles, text)
	case "ClusterRole":
		return add(&o.ClusterRoles, text)
	case "RoleBinding":
		return add(&o.Bindings, text)
	case "ClusterRoleBinding":
		return add(&o.Everywhere, text)
	default:
		object := &metav1.PartialObjectMetadata{}
		o.Others = append(o.Others, object)
		return json.Unmarshal(text, object)
	}
}

func add[T any](list *[]*T, text []byte) error {
	object := new(T)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(object); err != nil {
		return err
	}
	*list = append(*list, object)
	return nil
}

// addSecret keeps a Secret's keys: its values are hidden, and so are no base64.
func addSecret(o *Objects, text []byte) error {
	var plain struct {
		metav1.ObjectMeta `json:"metadata"`
		Data              map[string]string `json:"data"`
	}
	if err := json.Unmarshal(text, &plain); err != nil {
		return err
	}
	secret := &corev1.Secret{ObjectMeta: plain.ObjectMeta, Data: map[string][]byte{}}
	for key, value := range plain.Data {
		secret.Data[key] = []byte(value)
	}
	o.Secrets = append(o.Secrets, secret)
	return nil
}

// meta lists what every object has, by "Kind name".
func (o *Objects) meta() map[string]*metav1.ObjectMeta {
	all := map[string]*metav1.ObjectMeta{}
	collect(all, "Namespace", o.Namespaces)
	collect(all, "Deployment", o.Deployments)
	collect(all, "StatefulSet", o.StatefulSets)
	collect(all, "DaemonSet", o.DaemonSets)
	collect(all, "CronJob", o.CronJobs)
	collect(all, "Job", o.Jobs)
	collect(all, "Service", o.Services)
	collect(all, "ServiceAccount", o.Accounts)
	collect(all, "Secret", o.Secrets)
	collect(all, "ConfigMap", o.ConfigMaps)
	collect(all, "PersistentVolumeClaim", o.Claims)
	collect(all, "ResourceQuota", o.Quotas)
	collect(all, "HorizontalPodAutoscaler", o.Autoscalers)
	collect(all, "PodDisruptionBudget", o.Budgets)
	collect(all, "NetworkPolicy", o.Policies)
	collect(all, "CiliumNetworkPolicy", o.Cilium)
	collect(all, "Ingress", o.Ingresses)
	collect(all, "Gateway", o.Gateways)
	collect(all, "HTTPRoute", o.Routes)
	collect(all, "Role", o.Roles)
	collect(all, "ClusterRole", o.ClusterRoles)
	collect(all, "RoleBinding", o.Bindings)
	collect(all, "ClusterRoleBinding", o.Everywhere)
	for _, other := range o.Others {
		all[other.Kind+" "+other.Name] = &other.ObjectMeta
	}
	return all
}

func collect[T metav1.ObjectMetaAccessor](all map[string]*metav1.ObjectMeta, kind string, list []T) {
	for _, object := range list {
		meta := object.GetObjectMeta().(*metav1.ObjectMeta)
		all[kind+" "+meta.Name] = meta
	}
}
