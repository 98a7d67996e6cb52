// Named colours, palettes by number and by name, continuous scales.
'use strict'
const { fresh } = require('../fresh.cjs')

exports.answer = () => {
  const out = { named: [], byNumber: [], byName: [], scales: [] }
  for (const light of [false, true]) {
    const data = fresh()
    const theme = data.createTheme({ colors: { mode: light ? 'light' : 'dark' } })
    for (const hue of theme.visualization.hues) for (const s of hue.shades) out.named.push({ light, name: s.name, color: theme.visualization.getColorByName(s.name) })
    const field = (mode, seriesIndex, name) => ({ name, type: 'number', values: [1], config: { color: { mode }, displayName: name }, state: { seriesIndex, displayName: name } })
    for (const mode of ['palette-classic', 'palette-colorblind', 'palette-categorical-next', 'palette-categorical-next-2', 'palette-categorical-next-3']) {
      for (let i = 0; i < 70; i++) out.byNumber.push({ light, mode, i, color: data.getFieldSeriesColor(field(mode, i, 'x'), theme).color })
    }
    for (let i = 0; i < 120; i++) {
      const name = ['triton-', 'resnet50 v', 'Inference ', 'ä', 'sonic-server '][i % 5] + i * 7
      out.byName.push({ light, name, color: data.getFieldSeriesColor(field('palette-classic-by-name', i, name), theme).color })
    }
    for (const mode of data.fieldColorModeRegistry.list().filter((m) => m.isContinuous).map((m) => m.id)) {
      for (let share = 0; share <= 1; share += 1 / 64) {
        const scale = data.getScaleCalculator({ name: 'x', type: 'number', values: [0, 1], config: { color: { mode }, min: 0, max: 1 }, state: {} }, theme)
        out.scales.push({ light, mode, share, color: scale(share).color })
      }
    }
  }
  return out
}
