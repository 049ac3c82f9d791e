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
)

// nameFieldManager gives every object of Kubernetes one and the same field manager. Without it the provider makes up a
// name for each object and keeps it in the state: an update that is killed before its state is saved leaves fields in the
// hand of somebody whom nobody knows any more, and every later change of one is refused as a conflict.
//
// It changes the metadata in place and returns nothing: each transformation is given the options that a resource was
// declared with, so returning them would take back what another one has added.
func nameFieldManager(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
	metadata := metadataOf(args.Props)
	if metadata == nil {
		return nil
	}
	annotations := pulumi.StringMap{managedBy: pulumi.String(fieldManager)}
	if given, ok := metadata.Annotations.(pulumi.StringMap); ok {
		maps.Copy(annotations, given)
	} else if metadata.Annotations != nil {
		return nil // known only later; a test finds it
	}
	metadata.Annotations = annotations
	return nil
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
