// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
import type { PanelLink } from './dashboard'

/** GraphView is nodes and edges. */
export interface GraphView {
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** "layered", "force", "grid" */
  layout: string
  /** "cooperative", "greedy" */
  zoom: string
  legend: GraphKey[]
  /** nodes that were left out because there are too many */
  cut: number
}

/** GraphNode is a circle with two figures in it and a ring of shares around it. */
export interface GraphNode {
  id: string
  title: string
  subtitle: string
  /** "12.30 ms/r" */
  main: string
  secondary: string
  arcs: GraphArc[]
  facts: GraphFact[]
  /** its menu */
  links: PanelLink[]
  /** Grafana's name of a picture that stands for the figures, "" for none */
  icon: string
  /** 0: as all */
  radiusPx: number
  marked: boolean
}

/** GraphEdge leads from a node to another. */
export interface GraphEdge {
  id: string
  from: string
  to: string
  main: string
  secondary: string
  width: number
  /** "" for the usual */
  color: string
  /** lengths of strokes and gaps, "5 3"; "" is solid */
  dash: string
  marked: boolean
  facts: GraphFact[]
  links: PanelLink[]
}

/** GraphArc is a share of a node's ring. */
export interface GraphArc {
  /** of one */
  share: number
  color: string
  name: string
}

/** GraphFact is one line of what a node or edge tells. */
export interface GraphFact {
  name: string
  value: string
}

/** GraphKey is one line of a graph's legend. */
export interface GraphKey {
  name: string
  /** "" for a figure */
  color: string
}
