// A Terraform provider that knows schemas and nothing else: it lets Terraform validate and plan modules against
// what real providers publish, where these cannot be had. It is called what it stands for
// (terraform-provider-google), reads the schemas from the file named by PUBLISHED_SCHEMAS, and what data sources
// find from the text in DATA_SOURCES: {"TYPE": {"ATTRIBUTE": VALUE}}. It never applies.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attribute struct {
	Type json.RawMessage `json:"type"`
	Is   string          `json:"is"`
}

type block struct {
	Attributes map[string]attribute `json:"attributes"`
	Blocks     map[string]block     `json:"blocks"`
	Single     bool                 `json:"single"`
	Required   bool                 `json:"required"`
}

type published struct {
	Resource map[string]block `json:"resource"`
	Data     map[string]block `json:"data"`
	Provider map[string]block `json:"provider"`
}

type server struct {
	tfprotov6.ProviderServer // what Terraform does not ask for when it validates and plans
	name                     string
	published                published
	found                    map[string]map[string]json.RawMessage
}

func main() {
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "terraform-provider-")
	text, err := os.ReadFile(os.Getenv("PUBLISHED_SCHEMAS"))
	if err != nil {
		log.Fatal(err)
	}
	served := &server{name: name}
	if err := json.Unmarshal(text, &served.published); err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal([]byte(os.Getenv("DATA_SOURCES")), &served.found); err != nil {
		log.Fatal(err)
	}
	if err := tf6server.Serve(name, func() tfprotov6.ProviderServer { return served }); err != nil {
		log.Fatal(err)
	}
}

func (s *server) own(types map[string]block) map[string]*tfprotov6.Schema {
	found := map[string]*tfprotov6.Schema{}
	for name, each := range types {
		if strings.HasPrefix(name, s.name+"_") {
			found[name] = schema(each)
		}
	}
	return found
}

func (s *server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{ServerCapabilities: &tfprotov6.ServerCapabilities{}}, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:          schema(s.published.Provider[s.name]),
		ResourceSchemas:   s.own(s.published.Resource),
		DataSourceSchemas: s.own(s.published.Data),
	}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, asked *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (s *server) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

// PlanResourceChange plans what is written; what the provider would compute is not known before the apply.
func (s *server) PlanResourceChange(_ context.Context, asked *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	of := s.published.Resource[asked.TypeName]
	type_ := schema(of).ValueType()
	proposed, err := asked.ProposedNewState.Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	planned, err := unknown(of, proposed)
	if err != nil {
		return nil, err
	}
	value, err := tfprotov6.NewDynamicValue(type_, planned)
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: &value}, err
}

// ReadDataSource answers with what is written and what DATA_SOURCES says of the type; the rest is null.
func (s *server) ReadDataSource(_ context.Context, asked *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	of := s.published.Data[asked.TypeName]
	type_ := schema(of).ValueType()
	config, err := asked.Config.Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	fields := map[string]tftypes.Value{}
	if err := config.As(&fields); err != nil {
		return nil, err
	}
	for name, written := range s.found[asked.TypeName] {
		value, err := tftypes.ValueFromJSON(written, typed(of.Attributes[name].Type))
		if err != nil {
			return nil, err
		}
		fields[name] = value
	}
	state, err := tfprotov6.NewDynamicValue(type_, tftypes.NewValue(type_, fields))
	return &tfprotov6.ReadDataSourceResponse{State: &state}, err
}

func unknown(of block, value tftypes.Value) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	fields := map[string]tftypes.Value{}
	if err := value.As(&fields); err != nil {
		return value, err
	}
	for name, each := range of.Attributes {
		if field := fields[name]; strings.Contains(each.Is, "computed") && field.IsNull() {
			fields[name] = tftypes.NewValue(field.Type(), tftypes.UnknownValue)
		}
	}
	for name, each := range of.Blocks {
		inner, err := unknowns(each, fields[name])
		if err != nil {
			return value, err
		}
		fields[name] = inner
	}
	return tftypes.NewValue(value.Type(), fields), nil
}

func unknowns(of block, blocks tftypes.Value) (tftypes.Value, error) {
	if blocks.IsNull() || !blocks.IsKnown() {
		return blocks, nil
	}
	written := []tftypes.Value{}
	if err := blocks.As(&written); err != nil {
		return blocks, err
	}
	for place, each := range written {
		inner, err := unknown(of, each)
		if err != nil {
			return blocks, err
		}
		written[place] = inner
	}
	return tftypes.NewValue(blocks.Type(), written), nil
}

func schema(of block) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: described(of)}
}

func described(of block) *tfprotov6.SchemaBlock {
	found := &tfprotov6.SchemaBlock{}
	for name, each := range of.Attributes {
		found.Attributes = append(found.Attributes, &tfprotov6.SchemaAttribute{
			Name:     name,
			Type:     typed(each.Type),
			Required: each.Is == "required",
			Optional: strings.HasPrefix(each.Is, "optional"),
			Computed: strings.Contains(each.Is, "computed"),
		})
	}
	for name, each := range of.Blocks {
		found.BlockTypes = append(found.BlockTypes, nested(name, each))
	}
	return found
}

func nested(name string, of block) *tfprotov6.SchemaNestedBlock {
	found := &tfprotov6.SchemaNestedBlock{
		TypeName: name,
		Nesting:  tfprotov6.SchemaNestedBlockNestingModeList,
		Block:    described(of),
	}
	if of.Single {
		found.MaxItems = 1
	}
	if of.Required {
		found.MinItems = 1
	}
	return found
}

func typed(written json.RawMessage) tftypes.Type {
	if string(written) == `"dynamic"` {
		return tftypes.DynamicPseudoType
	}
	found, err := tftypes.ParseJSONType(written) //nolint:staticcheck // the types are those of Terraform's JSON
	if err != nil {
		log.Fatal(err)
	}
	return found
}
