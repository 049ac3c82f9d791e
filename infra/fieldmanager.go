package main

import (
	"maps"
	"reflect"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// fieldManager is whom Kubernetes knows as the one who sets our objects' fields.
	fieldManager = "pulumi-kubernetes-techcommerce"
	// managedBy is the annotation that the provider reads it from.
	managedBy = "pulumi.com/patchFieldManager"
	// takesBack is the annotation by which the provider overwrites what others have set of the declared fields.
	takesBack = "pulumi.com/patchForce"
)

// nameFieldManager gives every object of Kubernetes one and the same field manager. Without it the provider makes up a
// name for each object and keeps it in the state: an update that is killed before its state is saved leaves fields in the
// hand of somebody whom nobody knows any more, and every later change of one is refused as a conflict.
//
// What is declared wins over what was set by hand, as by kubectl scale: otherwise the next deployment and its rollback
// would both end in a field conflict. make deploy names what it overwrites.
//
// It changes the metadata in place and returns nothing: each transformation is given the options that a resource was
// declared with, so returning them would take back what another one has added.
func nameFieldManager(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
	annotate(args.Props, pulumi.StringMap{managedBy: pulumi.String(fieldManager), takesBack: pulumi.String("true")})
	return nil
}

// annotate adds annotations to an object in place; those that it has stay as they are. What is no object of Kubernetes, or
// has annotations that are known only later, is left alone: a test finds it.
func annotate(props pulumi.Input, with pulumi.StringMap) {
	metadata := metadataOf(props)
	if metadata == nil {
		return
	}
	annotations := maps.Clone(with)
	if given, ok := metadata.Annotations.(pulumi.StringMap); ok {
		maps.Copy(annotations, given)
	} else if metadata.Annotations != nil {
		return
	}
	metadata.Annotations = annotations
}

// metadataOf returns an object's metadata, nil for what is no object of Kubernetes.
func metadataOf(props pulumi.Input) *metav1.ObjectMetaArgs {
	object := reflect.Indirect(reflect.ValueOf(props))
	if object.Kind() != reflect.Struct {
		return nil
	}
	field := object.FieldByName("Metadata")
	if !field.IsValid() {
		return nil
	}
	metadata, _ := field.Interface().(*metav1.ObjectMetaArgs)
	return metadata
}
