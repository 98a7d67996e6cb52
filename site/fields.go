package site

import (
	"reflect"
	"strings"
)

// fields is what the tags of a section's struct say.
type fields struct {
	byKey map[string]field
	keys  []string
	rest  int // index of the field for unused keys, -1: the section is strict
}

type field struct {
	index    int
	kept     bool // noted when a user writes it
	why      Reason
	nullable bool
	path     bool
	subchart bool
}

// subcharts are the sections that belong to another chart.
var subcharts = map[string]bool{
	"prometheus": true, "grafana": true, "tempo": true, "opentelemetry-collector": true,
}

// kubernetesKeys are keys of sub-charts that mean something only on Kubernetes.
var kubernetesKeys = map[string]bool{
	"affinity": true, "annotations": true, "automountServiceAccountToken": true, "autoscaling": true,
	"clusterRole": true, "commonMetaLabels": true, "configMapOverrideName": true, "containerSecurityContext": true,
	"deploymentStrategy": true, "dnsConfig": true, "dnsPolicy": true, "emptyDir": true, "extraEnvs": true,
	"extraLabels": true, "extraVolumeMounts": true, "extraVolumes": true, "hostAliases": true, "hostNetwork": true,
	"image": true, "imagePullSecrets": true, "ingress": true, "labels": true, "livenessProbe": true, "mode": true,
	"networkPolicy": true, "nodeSelector": true, "persistence": true, "persistentVolume": true, "podAnnotations": true,
	"podDisruptionBudget": true, "podLabels": true, "podMonitor": true, "podSecurityContext": true, "ports": true,
	"priorityClassName": true, "pullPolicy": true, "rbac": true, "readinessProbe": true, "releaseNamespace": true,
	"replicaCount": true, "replicas": true, "repository": true, "resources": true, "revisionHistoryLimit": true,
	"securityContext": true, "service": true, "serviceAccount": true, "serviceAccounts": true, "serviceMonitor": true,
	"startupProbe": true, "strategy": true, "tag": true, "tolerations": true, "topologySpreadConstraints": true,
	"type": true, "updateStrategy": true, "useExistingClusterRoleName": true,
}

// unusedHere says more about keys that users may rely on.
var unusedHere = map[string]string{
	"grafana.adminPassword":         "the page has no login, who reaches its port reads everything",
	"grafana.dashboards":            "the page shows its own",
	"prometheus.server.remoteWrite": "the collector can write to several stores",
	"keda":                          "here triton.replicas servers run",
}

// leftovers are keys that no chart reads, but that site files in use still have.
var leftovers = map[string]string{
	"ingress": "no chart reads it at the top level; the gateway's is envoy.ingress",
}

func fieldsOf(t reflect.Type) fields {
	f := fields{byKey: make(map[string]field, t.NumField()), rest: -1}
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("yaml")
		if tag == ",rest" {
			f.rest = i
			continue
		}
		flag := sf.Tag.Get("site")
		x := field{
			index:    i,
			why:      ReasonKubernetes,
			kept:     sf.Type == reflect.TypeFor[Kept]() || flag == "unused" || flag == "kubernetes",
			nullable: strings.Contains(flag, "nullable"),
			path:     strings.Contains(flag, "path"),
			subchart: t == reflect.TypeFor[Values]() && subcharts[tag],
		}
		if flag == "unused" {
			x.why = ReasonUnused
		}
		f.byKey[tag] = x
		f.keys = append(f.keys, tag)
	}
	return f
}
