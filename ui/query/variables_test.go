package query

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"supersonic/ui/payload"
)

func options(v payload.Variable) string {
	var list []string
	for _, o := range v.Options {
		if o.Text == o.Value {
			list = append(list, o.Value)
		} else {
			list = append(list, o.Text+"="+o.Value)
		}
	}
	return strings.Join(list, " ")
}

const releaseVariable = `{"name":"release","type":"query","datasource":{"uid":"prometheus"},"multi":true,"includeAll":true,"refresh":1,
	"query":{"qryType":1,"query":"label_values(nv_inference_exec_count,release)","refId":"x"},"current":{"text":["%s"],"value":["%s"]}}`

func TestTheFilesChoiceHoldsWhereItExists(t *testing.T) {
	for file, want := range map[string]string{"sonic": "sonic", "sonic-server": "All", "$__all": "All"} {
		w := newWorld(t)
		env := w.env()
		got := w.variables(env, nil, fmt.Sprintf(releaseVariable, file, file))[0]
		if got.Text != want || options(got) != "sonic supersonic" || got.Problem != "" {
			t.Errorf("the file has %s: %+v", file, got)
		}
		filled := map[string]string{"sonic": "sonic", "All": "(sonic|supersonic)"}[want]
		if q := env.Fill("$release", ForPromQL); q != filled {
			t.Errorf("in a query it is %s, want %s", q, filled)
		}
		if w.times("/label/release/values nv_inference_exec_count") != 1 {
			t.Errorf("asked %q", w.asked)
		}
	}
}

func TestAReadersChoiceHoldsEvenIfNoOptionHasIt(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	got := w.variables(env, Chosen{"release": {"other", "sonic"}}, fmt.Sprintf(releaseVariable, "sonic", "sonic"))[0]
	if got.Text != "other + sonic" || env.Fill("$release", ForPromQL) != "(other|sonic)" {
		t.Errorf("%+v, %s", got, env.Fill("$release", ForPromQL))
	}
}

func TestValuesOfVariables(t *testing.T) {
	f := func(variable, want string, asked ...string) {
		t.Helper()
		w := newWorld(t)
		env := w.env()
		got := w.variables(env, nil, variable)[0]
		if options(got) != want || got.Problem != "" {
			t.Errorf("%s\n got %s (%s)\nwant %s", variable, options(got), got.Problem, want)
		}
		for _, a := range asked {
			if w.times(a) != 1 {
				t.Errorf("%s: asked %q, not %s", variable, w.asked, a)
			}
		}
	}
	q := func(query, more string) string {
		return `{"name":"v","type":"query","query":` + query + more + `}`
	}
	f(q(`"label_values(pod)"`, ``), "triton-10 triton-2 envoy-0", "/label/pod/values ")
	f(q(`"label_values(up{job=\"x\"}, pod)"`, `,"sort":1`), "envoy-0 triton-10 triton-2", `/label/pod/values up{job="x"}`)
	f(q(`"label_values(pod)"`, `,"sort":2`), "triton-2 triton-10 envoy-0")
	f(q(`"label_values(pod)"`, `,"sort":7`), "envoy-0 triton-2 triton-10")
	f(q(`"label_values(pod)"`, `,"sort":4`), "triton-10 triton-2 envoy-0")
	f(q(`"label_values(pod)"`, `,"regex":"/triton-(.*)/","sort":3`), "2 10")
	f(q(`"label_values(pod)"`, `,"regex":"/(?<text>[a-z]+)-(?<value>\\d+)/","sort":1`), "envoy=0 triton=10 triton=2")
	f(q(`"label_values(pod)"`, `,"regex":"/TRITON/i"`), "triton-10 triton-2")
	f(q(`"label_values(pod)"`, `,"regex":"/^(?!envoy).*/"`), "triton-10 triton-2")
	f(q(`"label_values(pod)"`, `,"regex":"/[a-z]+(?=-1)/"`), "triton-10")
	f(q(`{"qryType":1,"label":"pod","metric":"up","labelFilters":[{"label":"job","op":"=","value":"x"}]}`, ``), "triton-10 triton-2 envoy-0", `/label/pod/values up{job="x"}`)
	f(q(`{"qryType":0}`, ``), "pod release", "/labels")
	f(q(`{"qryType":2,"metric":"nv_"}`, ``), "nv_a nv_b")
	f(q(`"metrics(nv_.*)"`, ``), "nv_a nv_b")
	f(q(`"label_names()"`, ``), "pod release")
	f(q(`{"qryType":3,"query":"up"}`, `,"regex":"/pod=\"([^\"]*)\"/"`), "a b")
	f(q(`"query_result(topk(1, up))"`, `,"regex":"/ (\\d+) /"`), "4 1", "/query topk(1, up)")
	f(`{"name":"v","type":"custom","query":"a, b : c,d\\,e"}`, "a b=c d,e")
	f(`{"name":"v","type":"interval","query":"1m,'10m',1h"}`, "1m 10m 1h")
	f(`{"name":"v","type":"constant","query":"k"}`, "k")
	f(`{"name":"v","type":"datasource","query":"prometheus"}`, "prometheus=P1809F7CD0C75ACF3")
	f(`{"name":"v","type":"datasource","query":"prometheus","regex":"/^p/"}`, "prometheus=P1809F7CD0C75ACF3")
}

func TestVariablesThatDependOnEachOtherAreFilledInOrder(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	got := w.variables(env, Chosen{"release": {"sonic"}}, `{"name":"pod","type":"query","query":"label_values(up{release=~\"$release\"}, pod)","multi":true,"includeAll":true},`+
		fmt.Sprintf(releaseVariable, "sonic", "sonic"))
	if got[0].Text != "All" || w.times(`/label/pod/values up{release=~"sonic"}`) != 1 {
		t.Errorf("%+v, asked %q", got[0], w.asked)
	}
	circle := w.variables(w.env(), nil, `{"name":"a","type":"query","query":"label_values(x{b=\"$b\"}, a)"},{"name":"b","type":"query","query":"label_values(x{a=\"$a\"}, b)"},{"name":"c","type":"custom","query":"1,2"}`)
	if !strings.Contains(circle[0].Problem, "depends on itself") || circle[2].Text != "1" {
		t.Errorf("a circle: %+v", circle)
	}
}

func TestAVariableOfASlowStoreIsLateHoldsUpNothingAndComes(t *testing.T) {
	t.Parallel()
	w, answers := newWorld(t), make(chan struct{})
	w.answer = func(path string, r *http.Request) (int, string) {
		if strings.HasSuffix(path, "/label/release/values") {
			<-answers
		}
		return w.usual(path, r)
	}
	list := fmt.Sprintf(releaseVariable, "sonic", "sonic") + `,{"name":"pod","type":"query","query":"label_values(up{release=~\"$release\"}, pod)"},{"name":"c","type":"custom","query":"1,2"}`
	began := time.Now()
	got := w.variables(w.env(), nil, list)
	if took := time.Since(began); took > queryTime-5*time.Second {
		t.Errorf("they were waited for %s", took)
	}
	if v := got[0]; !v.Late || v.Text != "sonic" || !strings.Contains(v.Problem, "ask prometheus: no answer within 4s yet; the question goes on") {
		t.Errorf("%+v", v)
	}
	if v := got[1]; !v.Late || !strings.Contains(v.Problem, "depends on release") || w.times("/label/pod/") != 0 {
		t.Errorf("%+v, asked %q", v, w.asked)
	}
	if got[2].Late || got[2].Text != "1" {
		t.Errorf("%+v", got[2])
	}
	close(answers)
	for end := time.Now().Add(20 * time.Second); ; { // the answer comes to whoever asks next
		if got = w.variables(w.env(), nil, list); !got[0].Late || time.Now().After(end) {
			break
		}
	}
	if got[0].Late || len(got[0].Options) != 2 || got[1].Late || len(got[1].Options) != 3 {
		t.Errorf("after the answer: %+v", got)
	}
	if n := w.times("/label/release/"); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestAVariableWhoseValuesCannotBeHadSaysWhy(t *testing.T) {
	w := newWorld(t)
	w.answer = func(string, *http.Request) (int, string) { return 400, `{"status":"error","error":"parse error: bad"}` }
	got := w.variables(w.env(), nil, fmt.Sprintf(releaseVariable, "sonic", "sonic"))[0]
	if !strings.Contains(got.Problem, "parse error: bad") || got.Text != "sonic" {
		t.Errorf("%+v", got)
	}
	for variable, want := range map[string]string{
		`{"name":"v","type":"query","datasource":{"uid":"none"},"query":"x"}`:      `no data source "none"`,
		`{"name":"v","type":"query","datasource":{"uid":"logs"},"query":"x"}`:      `type "loki"`,
		`{"name":"v","type":"groupby"}`:                                            `"groupby" is not known`,
		`{"name":"v","type":"interval","query":"soon"}`:                            "soon",
		`{"name":"v","type":"query","query":"label_values(pod)","regex":"/(?!a/"}`: "regular expression",
		`{"name":"v","type":"query","query":""}`:                                   "no query",
	} {
		if got := newWorld(t).variables(w.env(), nil, variable)[0]; !strings.Contains(got.Problem, want) {
			t.Errorf("%s: problem %q", variable, got.Problem)
		}
	}
}

func TestAnIntervalMayFollowTheRange(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	got := w.variables(env, nil, `{"name":"i","type":"interval","query":"1m,10m","auto":true,"auto_count":30,"auto_min":"10s","current":{"value":"$__auto_interval_i"}}`)[0]
	if got.Text != "auto" || env.Fill("[$i]", ForPromQL) != "[5m]" {
		t.Errorf("%+v: %s", got, env.Fill("[$i]", ForPromQL))
	}
}

func TestAutoIsReadAsNewerFilesWriteIt(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	got := w.variables(env, nil, `{"name":"i","type":"interval","query":"1m,10m","current":{"text":"$__auto","value":"$__auto"}}`)[0]
	if got.Text != "auto" || env.Fill("[$i]", ForPromQL) != "[5m]" {
		t.Errorf("%+v: %s", got, env.Fill("[$i]", ForPromQL))
	}
}

func TestWhatOfAVariableIsHidden(t *testing.T) {
	for hide, want := range map[int]string{0: "", 1: "label", 2: "variable", 3: ""} {
		w := newWorld(t)
		if got := w.variables(w.env(), nil, fmt.Sprintf(`{"name":"v","type":"custom","query":"a,b","hide":%d}`, hide))[0]; got.Hide != want {
			t.Errorf("%d hides %q, want %q", hide, got.Hide, want)
		}
	}
}

func TestAdHocFiltersNarrowTheQueriesOfTheirSource(t *testing.T) {
	w := newWorld(t)
	env := w.env()
	got := w.variables(env, Chosen{"f": FilterWords([]payload.AdHocFilter{{Key: "pod", Operator: "=~", Value: "a|b"}})}, `{"name":"f","type":"adhoc","datasource":{"uid":"prometheus"}}`)[0]
	if len(got.Filters) != 1 || got.Filters[0].Value != "a|b" || strings.Join(got.Keys, " ") != "pod release" {
		t.Errorf("%+v", got)
	}
	w.panel(env, `{"type":"timeseries","targets":[{"refId":"A","expr":"sum(rate(x[1m]))"}]}`)
	if w.times(`sum(rate(x{pod=~"a|b"}[1m]))`) != 1 {
		t.Errorf("asked %q", w.asked)
	}
}
