// Command traces measures a trace store under the traffic of a site: what a span
// costs to take (CPU, memory, disk), and what a question costs, warm and cold, in CPU
// time of the store's process. The same exports and questions go to any number of
// peers in the same run, over gRPC, or over HTTP where a peer's address is a URL; a
// fixed loop before and after tells how fast the machine was.
//
//	traces -spans 2000000 -store bin/supersonic
//	traces -spans 2000000 -store '' -peer tempo,otlp=127.0.0.1:4317,api=127.0.0.1:3200,pid=123,dir=/var/tempo
//	traces -spans 2000000 -peer victoria,otlp=http://127.0.0.1:10428/insert/opentelemetry/v1/traces,api=127.0.0.1:10428,pid=123,dir=/var/victoria
//	traces -edges 20000 -edges-for 10s
//
// The last form sends requests at that rate and tells how many edges the service
// graph counted, and how late.
//
// It prints JSON: raw figures, one object a store.
package main
