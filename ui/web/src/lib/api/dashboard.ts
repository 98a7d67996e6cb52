// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.

/** DashboardBrief is one line of the list of dashboards. */
export interface DashboardBrief {
  uid: string
  title: string
  folder: string
  tags: string[]
  /** from a file of the site, not from this page */
  provisioned: boolean
  home: boolean
  starred: boolean
}

/** DashboardList is every dashboard of the site. */
export interface DashboardList {
  dashboards: DashboardBrief[]
  /** files that could not be read, and why */
  problems: string[]
}

/** Dashboard is a dashboard with its variables filled and its repeats laid out, for the variables, the range and the width that were asked for. */
export interface Dashboard {
  uid: string
  /** the title as addresses have it */
  slug: string
  title: string
  description: string
  folder: string
  tags: string[]
  home: boolean
  provisioned: boolean
  /** this reader may save it at its place */
  canSave: boolean
  /** this reader may change it, and save a copy if not CanSave */
  canEdit: boolean
  version: number
  saved: DashboardHistory
  /** the file's own range, "now-3h" */
  from: string
  to: string
  refresh: string
  timezone: string
  /** "own", "crosshair", "tooltip": what a pointer on one chart shows on the others */
  tooltip: string
  variables: Variable[]
  annotations: AnnotationKind[]
  links: PanelLink[]
  panels: Panel[]
  /** what the file asks for and this page does not know */
  problems: string[]
}

/** DashboardHistory says who saved a dashboard on this page last; all of it is empty for one that comes from a file. */
export interface DashboardHistory {
  by: string
  atMs: number
  message: string
}

/** Variable is a variable of a dashboard with its values as they are now. */
export interface Variable {
  name: string
  label: string
  description: string
  /** "query", "custom", "constant", "interval", "textbox", "datasource", "adhoc" */
  type: string
  /** "", "label", "variable" */
  hide: string
  multi: boolean
  includeAll: boolean
  allowCustom: boolean
  /** "$__all" stands for all */
  current: string[]
  /** what is chosen, in words */
  text: string
  options: VariableOption[]
  /** of an adhoc variable */
  filters: AdHocFilter[]
  /** of an adhoc variable: the labels to choose from */
  keys: string[]
  /** why its values could not be had */
  problem: string
  /** its store is still at it: asking again soon may bring them */
  late: boolean
}

/** VariableOption is a value to choose. */
export interface VariableOption {
  text: string
  value: string
}

/** AdHocFilter is a condition on a label that holds for every query. */
export interface AdHocFilter {
  key: string
  /** "=", "!=", "=~", "!~" */
  operator: string
  value: string
}

/** AnnotationKind is a query for marks that can be switched on and off. */
export interface AnnotationKind {
  name: string
  enabled: boolean
  hidden: boolean
  color: string
  /** ids of the panels that show them; empty: all */
  panels: number[]
  /** Panels are those that do not */
  exclude: boolean
}

/** Mark is an annotation: a moment or a stretch of time on every time axis. */
export interface Mark {
  /** of its query */
  name: string
  color: string
  atMs: number
  endMs: number | null
  title: string
  text: string
  tags: string[]
}

/** Marks are the annotations of a range. */
export interface Marks {
  marks: Mark[]
  problems: MarkProblem[]
}

/** MarkProblem says why an annotation marks nothing, or not all. */
export interface MarkProblem {
  /** of the annotation */
  name: string
  text: string
}

/** Panel is a place on a dashboard and what is drawn there. */
export interface Panel {
  /** unique on the dashboard; a repeat has its own */
  key: string
  id: number
  /** Grafana's: "timeseries", "stat", "row", ... */
  type: string
  title: string
  /** markdown, variables filled */
  description: string
  /** of a grid 24 wide */
  x: number
  y: number
  w: number
  h: number
  /** key of the row that it belongs to, "" for none */
  row: string
  collapsed: boolean
  transparent: boolean
  links: PanelLink[]
  /** values of variables that a repeat has fixed */
  scoped: Record<string, string>
  /** it has queries, so it is asked for again at each refresh */
  asks: boolean
  /** names of the data sources that its queries ask */
  sources: string[]
  /** what the file asks for and this page does not know */
  problems: string[]
}

/** PanelLink is a link with its variables filled. */
export interface PanelLink {
  title: string
  url: string
  tooltip: string
  icon: string
  newTab: boolean
  /** title of the menu that it is in, "" for none */
  dropdown: string
}

/** PanelQuestion asks for what one panel shows. Either a saved panel is named or, while it is edited, its JSON is given. */
export interface PanelQuestion {
  /** uid */
  dashboard: string
  /** id */
  panel: number
  /** Grafana's JSON of a panel that is not saved; null for a saved one. For marks: the "annotations" of a draft */
  model: unknown
  /** "templating" of a dashboard whose variables are not saved; null for those of Dashboard */
  variables: unknown
  vars: Record<string, string[]>
  filters: AdHocFilter[]
  scoped: Record<string, string>
  /** as Grafana writes times */
  from: string
  to: string
  /** what "now" is for the whole dashboard */
  nowMs: number
  /** pixels */
  width: number
  height: number
  light: boolean
  utc: boolean
  /** that of the page, "Europe/Berlin"; "" is the server's */
  zone: string
  /** of a table with several tables in it: which one, by its name; "" or one that is not there: the panel's own choice */
  frame: string
  /** whatever its type: as a table, for "inspect data" and CSV */
  table: boolean
  /** say also what each transformation is given, for an editor */
  steps: boolean
}

/** DashboardDraft asks how a dashboard that is not saved looks; the answer is a Dashboard, as of a saved one. */
export interface DashboardDraft {
  /** Grafana's JSON */
  model: unknown
  vars: Record<string, string[]>
  filters: AdHocFilter[]
  from: string
  to: string
}

/** Unit is a unit that an editor offers. */
export interface Unit {
  /** Grafana's */
  id: string
  name: string
  group: string
}

/** Units are all of them, in the order in which they are shown. */
export interface Units {
  units: Unit[]
}

/** DashboardSave brings a dashboard to be kept. */
export interface DashboardSave {
  /** Grafana's JSON */
  model: unknown
  /** that was changed; another one by now is a conflict */
  version: number
  message: string
  /** keep it as a new one with a new uid */
  copy: boolean
}

/** DashboardSaved says where it is. */
export interface DashboardSaved {
  uid: string
  version: number
}

/** DashboardVersion is a dashboard as it was once saved. */
export interface DashboardVersion {
  version: number
  title: string
  panels: number
  saved: DashboardHistory
}

/** DashboardVersions are those of a dashboard that are kept, the one that is shown first, then back in time. */
export interface DashboardVersions {
  uid: string
  title: string
  /** it comes from a file, which this page keeps no versions of */
  provisioned: boolean
  canRestore: boolean
  /** how many are kept; older ones are removed */
  most: number
  versions: DashboardVersion[]
  /** versions that could not be read */
  problems: string[]
}

/** DashboardRestore asks that a version is saved once more, as the newest. */
export interface DashboardRestore {
  uid: string
  version: number
  /** the newest that the reader knows; another one by now is a conflict */
  current: number
}
