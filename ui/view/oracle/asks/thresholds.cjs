// The colour of a value by its thresholds, absolute and as shares of the field's bounds.
'use strict'
const { fresh } = require('../fresh.cjs')

const none = -Infinity
const sets = [
  [[none, 'green']],
  [[none, 'green'], [80, 'red']],
  [[none, 'red'], [0, 'green']],
  [[none, 'blue'], [0, 'green'], [0.7, '#EAB839'], [50, 'orange'], [900, 'dark-red']],
  [[none, 'green'], [10, 'yellow'], [10, 'red']],
  [[none, 'super-light-purple'], [-50, 'light-blue'], [-1e-3, 'rgb(1, 2, 3)'], [33.3333, 'semi-dark-orange'], [100, 'transparent']],
]
const bounds = [{}, { min: 0 }, { max: 100 }, { min: 0, max: 1 }, { min: 0, max: 200 }, { min: -10, max: 10 }, { min: 5, max: 5 }]
const values = [-1e9, -100, -51, -50, -49.999, -10, -1, -0.001, 0, 1e-9, 0.35, 0.69999, 0.7, 0.9, 1, 3, 5, 7.5, 9.99, 10, 10.01, 33, 33.34, 49.9, 50, 66, 79.99, 80, 90, 99.9999, 100, 150, 160, 180, 200, 899, 900, 1e6, 1e12]

exports.answer = () => {
  const configs = []
  const out = []
  for (const mode of ['absolute', 'percentage']) {
    for (const set of sets) {
      for (const bound of bounds) configs.push({ ...bound, color: { mode: 'thresholds' }, thresholds: { mode, steps: set.map(([value, color]) => ({ value, color })) } })
    }
  }
  for (const light of [false, true]) {
    const data = fresh()
    const theme = data.createTheme({ colors: { mode: light ? 'light' : 'dark' } })
    configs.forEach((config, i) => {
      // The bounds of the data are known to it, as they are where a panel draws several fields.
      const field = { name: 'x', type: 'number', config: { min: -25, max: 1000, ...config }, values, state: {} }
      const show = data.getDisplayProcessor({ field, theme, timeZone: 'utc' })
      for (const value of values) out.push([light ? 1 : 0, i, value, show(value).color ?? ''])
    })
  }
  return { configs: JSON.parse(JSON.stringify(configs)), out }
}
