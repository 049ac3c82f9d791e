package database

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	caFolder = "/etc/database"
	caFile   = "ca.crt"
)

// refer points each service to a database elsewhere.
func (d *Database) refer(ctx *pulumi.Context, name string, args Args) error {
	e := args.External
	common := Connection{Ports: []int{e.Port}}
	for _, network := range e.Networks {
		common.Servers = append(common.Servers, kube.Peer{CIDR: network})
	}
	if e.PoolerPort != 0 && e.PoolerPort != e.Port {
		common.Ports = append(common.Ports, e.PoolerPort)
	}
	if e.CA != "" {
		config, err := declareCA(ctx, name, args, pulumi.Parent(d))
		if err != nil {
			return fmt.Errorf("certificate authority: %w", err)
		}
		common.CA = &CA{Config: config, Folder: caFolder, File: caFolder + "/" + caFile}
	}
	for _, app := range args.Apps {
		to, url := common, args.Secrets[URLName(app.Name)]
		to.SecretURL = &url
		if e.PoolerPort != 0 {
			direct := args.Secrets[DirectURLName(app.Name)]
			to.DirectURL = &direct
		}
		d.Connections[app.Name] = to
	}
	return nil
}

// declareCA is auto-named: other certificates are another ConfigMap, which rolls the services.
func declareCA(ctx *pulumi.Context, name string, args Args, parent pulumi.ResourceOption) (pulumi.StringOutput, error) {
	app := kube.App{Name: name, Tier: "data", Environment: args.Environment}
	config, err := corev1.NewConfigMap(ctx, name+"-ca", &corev1.ConfigMapArgs{
		Metadata: &metav1.ObjectMetaArgs{Namespace: args.Namespace.ToStringOutput(), Labels: app.Labels()},
		Data:     pulumi.StringMap{caFile: pulumi.String(args.External.CA)}, Immutable: pulumi.Bool(true),
	}, parent)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return config.Metadata.Name().Elem(), nil
}
