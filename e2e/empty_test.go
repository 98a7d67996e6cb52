package e2e

import "testing"

func TestAFreshSiteAndOneOfTheGatewayAloneTellTheNextStepInChromium(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, values, lacks string }{
		{"fresh", "", ""},
		{"the gateway alone", "tempo: {enabled: false}\nopentelemetry-collector: {enabled: false}\nprometheus: {enabled: false}\n", "tempo prometheus"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start(t, options{values: []string{models(t, 1), c.values}}).reader("empty.mjs", "LACKS="+c.lacks)
		})
	}
}
