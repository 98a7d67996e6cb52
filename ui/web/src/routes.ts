/**
 * What is shown at which address. Addresses are Grafana's where Grafana has them,
 * so that links from elsewhere keep working. Every page but the frame is loaded
 * when it is opened; it reads the rest of its address from the router.
 */
import type { Component } from 'svelte'

type Page = () => Promise<{ default: Component }>

export interface Place {
  /** which tab of the header is lit */
  tab: string
  title: string
  page: Page
  /** whether the header's time range and refresh are of use to it */
  timed: boolean
  /** without the header: for a frame in another page */
  bare?: boolean
}

interface Rule extends Place {
  at: RegExp
}

const dashboard = () => import('./dashboard/DashboardPage.svelte')

const rules: Rule[] = [
  { at: /^$/, tab: 'dashboards', title: 'Home', timed: true, page: dashboard },
  { at: /^d\/[^/]+(\/[^/]*)?$/, tab: 'dashboards', title: 'Dashboard', timed: true, page: dashboard },
  { at: /^d-solo\/[^/]+(\/[^/]*)?$/, tab: 'dashboards', title: 'Panel', timed: true, bare: true, page: dashboard },
  { at: /^dashboard\/db\/[^/]+$/, tab: 'dashboards', title: 'Dashboard', timed: true, page: dashboard },
  { at: /^dashboard-solo\/db\/[^/]+$/, tab: 'dashboards', title: 'Panel', timed: true, bare: true, page: dashboard },
  { at: /^dashboard\/new$/, tab: 'dashboards', title: 'New dashboard', timed: true, page: dashboard },
  { at: /^dashboards$/, tab: 'dashboards', title: 'Dashboards', timed: false, page: () => import('./dashboard/DashboardListPage.svelte') },
  { at: /^(explore|traces)$/, tab: 'explore', title: 'Explore', timed: true, page: () => import('./explore/ExplorePage.svelte') },
  { at: /^trace\/[0-9a-fA-F]{1,32}$/, tab: 'explore', title: 'Trace', timed: false, page: () => import('./trace/TracePage.svelte') },
  { at: /^trace\/upload$/, tab: 'explore', title: 'Traces from a file', timed: false, page: () => import('./trace/UploadPage.svelte') },
  { at: /^trace\/(upload|[0-9a-fA-F]{1,32})\/compare(\/[0-9a-fA-F]{1,32})?$/, tab: 'explore', title: 'Two traces', timed: false, page: () => import('./trace/ComparePage.svelte') },
  { at: /^map$/, tab: 'map', title: 'Map', timed: true, page: () => import('./map/MapPage.svelte') },
  { at: /^login$/, tab: '', title: 'Sign in', timed: false, page: () => import('./login/LoginPage.svelte') },
  { at: /^latency$/, tab: 'latency', title: 'Latency', timed: true, page: () => import('./latency/LatencyPage.svelte') },
  { at: /^status$/, tab: 'status', title: 'Status', timed: false, page: () => import('./status/StatusPage.svelte') },
]

/** placeOf finds the page of a path, null if there is none. */
export function placeOf(path: string): Place | null {
  return rules.find((r) => r.at.test(path)) ?? null
}
