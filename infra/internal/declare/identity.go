package declare

import (
	"cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// identityOf is a URN without its stack and project.
func identityOf(parent tokens.Type, token, name string) string {
	return string(parent) + "$" + token + "::" + name
}

// former reads the aliases: what one does not say is as it is now.
func former(args pulumi.MockResourceArgs) []string {
	var identities []string
	for _, alias := range args.RegisterRPC.GetAliases() {
		if urn := resource.URN(alias.GetUrn()); urn != "" {
			identities = append(identities, string(urn.QualifiedType())+"::"+urn.Name())
			continue
		}
		spec := alias.GetSpec()
		parent := typeOf(resource.URN(cmp.Or(spec.GetParentUrn(), args.RegisterRPC.GetParent())))
		if spec.GetNoParent() {
			parent = resource.RootStackType
		}
		identities = append(identities,
			identityOf(parent, cmp.Or(spec.GetType(), args.TypeToken), cmp.Or(spec.GetName(), args.Name)))
	}
	return identities
}
