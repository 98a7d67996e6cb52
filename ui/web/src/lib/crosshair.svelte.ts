/**
 * What a pointer on one chart shows on the others of a dashboard. Every chart writes
 * where its pointer is and reads where another's is; the dashboard says by mode what
 * the others draw: nothing ("own"), a line ("crosshair"), a line and a tooltip ("tooltip").
 */
export class Crosshair {
  mode = $state<'own' | 'crosshair' | 'tooltip'>('own')
  /** Unix milliseconds under the pointer, null while it is over no chart */
  at = $state.raw<number | null>(null)
  /** key of the panel that the pointer is over */
  by = $state.raw('')

  /** show is called by the chart that the pointer is over. */
  show(panel: string, at: number | null) {
    this.by = at === null ? '' : panel
    this.at = at
  }

  /** seenBy is where a line is to be drawn on a panel because of another one's pointer. */
  seenBy(panel: string): number | null {
    return this.mode === 'own' || this.by === panel ? null : this.at
  }
}
