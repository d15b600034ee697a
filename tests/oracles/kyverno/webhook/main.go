// Command webhook answers admission requests with the code of Kyverno's webhook for ValidatingPolicies.
//
// Each line on standard input is a batch {"policies": [...], "namespaces": [...], "requests": [...]}. Each line on
// standard output is what became of one: {"error": "..."}, or {"reviews": [...]} with the response to each request and
// what each policy says of it. A batch without requests asks whether Kyverno's webhook for policies takes them, and in
// which of the kinds that are "served" its scans look for objects.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-logr/logr"
	policiesv1 "github.com/kyverno/api/api/policies.kyverno.io/v1"
	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	"github.com/kyverno/kyverno/pkg/admissionpolicy"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	"github.com/kyverno/kyverno/pkg/cel/policies/vpol"
	"github.com/kyverno/kyverno/pkg/cel/policies/vpol/compiler"
	"github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	"github.com/kyverno/kyverno/pkg/event"
	reportutils "github.com/kyverno/kyverno/pkg/utils/report"
	"github.com/kyverno/kyverno/pkg/webhooks/handlers"
	webhook "github.com/kyverno/kyverno/pkg/webhooks/resource/vpol"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type batch struct {
	Policies   []json.RawMessage               `json:"policies"`
	Namespaces []*corev1.Namespace             `json:"namespaces"`
	Requests   []*admissionv1.AdmissionRequest `json:"requests"`
	Served     []schema.GroupVersionKind       `json:"served"`
}

type result struct {
	Policy  string `json:"policy"`
	Outcome string `json:"outcome"`
	Message string `json:"message"`
}

type review struct {
	Response handlers.AdmissionResponse `json:"response"`
	Results  []result                   `json:"results"`
}

type answer struct {
	Error   string   `json:"error"`
	Reviews []review `json:"reviews"`
	Kinds   []string `json:"kinds"`
}

// recorder keeps what the engine says of each policy, of which the response tells less.
type recorder struct {
	engine.Engine
	results []result
}

func (r *recorder) Handle(
	ctx context.Context, request engine.EngineRequest, predicate engine.Predicate,
) (engine.EngineResponse, error) {
	said, err := r.Engine.Handle(ctx, request, predicate)
	for _, policy := range said.Policies {
		for _, rule := range policy.Rules {
			r.results = append(r.results, result{policy.Policy.GetName(), string(rule.Status()), rule.Message()})
		}
	}
	return said, err
}

func main() {
	reportutils.ReportingCfg = reportutils.NewReportingConfig(nil)
	asked, said := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var each batch
		if err := asked.Decode(&each); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		answered, err := answerTo(each)
		if err != nil {
			answered.Error = err.Error()
		}
		if err := said.Encode(answered); err != nil {
			os.Exit(2)
		}
	}
}

func answerTo(asked batch) (answer, error) {
	policies := make([]policiesv1beta1.ValidatingPolicyLike, 0, len(asked.Policies))
	for _, each := range asked.Policies {
		policy, err := read(each)
		if err != nil {
			return answer{}, err
		}
		policies = append(policies, policy)
	}
	if len(asked.Requests) == 0 {
		return answer{Kinds: scanned(policies, asked.Served)}, validate(policies)
	}
	reviews, err := reviewed(asked, policies)
	return answer{Reviews: reviews}, err
}

func reviewed(asked batch, policies []policiesv1beta1.ValidatingPolicyLike) ([]review, error) {
	provider, err := engine.NewProvider(compiler.NewCompiler(), policies, nil)
	if err != nil {
		return nil, err
	}
	inner := engine.NewEngine(provider, named(asked.Namespaces), matching.NewMatcher())
	reviews := make([]review, 0, len(asked.Requests))
	for _, each := range asked.Requests {
		heard := &recorder{Engine: inner}
		handler := webhook.New(heard, libs.NewFakeContextProvider(), nil, false, event.NewFake())
		request := handlers.AdmissionRequest{AdmissionRequest: *each}
		response := handler.ValidateClustered(context.Background(), logr.Discard(), request, "", time.Now())
		reviews = append(reviews, review{response, heard.results})
	}
	return reviews, nil
}

// read takes a policy as the API server does, which knows all of its fields.
func read(document json.RawMessage) (policiesv1beta1.ValidatingPolicyLike, error) {
	var written policiesv1.ValidatingPolicy
	strict := json.NewDecoder(bytes.NewReader(document))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&written); err != nil {
		return nil, err
	}
	return &policiesv1beta1.ValidatingPolicy{
		TypeMeta: written.TypeMeta, ObjectMeta: written.ObjectMeta, Spec: written.Spec,
	}, nil
}

func validate(policies []policiesv1beta1.ValidatingPolicyLike) error {
	for _, each := range policies {
		if _, err := vpol.Validate(each); err != nil {
			return err
		}
	}
	return nil
}

func scanned(policies []policiesv1beta1.ValidatingPolicyLike, served []schema.GroupVersionKind) []string {
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, each := range served {
		mapper.Add(each, meta.RESTScopeNamespace)
	}
	var kinds []string
	for _, each := range policies {
		kinds = append(kinds, admissionpolicy.GetKinds(each.GetValidatingPolicySpec().MatchConstraints, mapper)...)
	}
	return kinds
}

func named(namespaces []*corev1.Namespace) func(string) *corev1.Namespace {
	found := make(map[string]*corev1.Namespace, len(namespaces))
	for _, each := range namespaces {
		found[each.Name] = each
	}
	return func(name string) *corev1.Namespace { return found[name] }
}
