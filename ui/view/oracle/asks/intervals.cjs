// Steps: lengths of time that are rounded, steps of a range with so many points and
// a lowest one, and how long what a file calls an interval is.
'use strict'
const data = require('@grafana/data')

const { calculateInterval, intervalToMs, intervalToSeconds, roundInterval } = data.rangeUtil

exports.answer = () => {
  const rounded = []
  for (let ms = 1; ms < 4e10; ms *= 1.11) rounded.push([Math.round(ms), roundInterval(Math.round(ms))])
  for (const [at] of [...rounded]) for (const by of [-1, 1]) rounded.push([at + by, roundInterval(at + by)])
  const steps = []
  for (let length = 1000; length < 4e11; length = Math.round(length * 1.37)) {
    for (const points of [1, 10, 43, 100, 241, 500, 777, 1000, 1920, 11000]) {
      for (const lowest of ['', '1ms', '500ms', '1s', '5s', '>5s', '15s', '30s', '1m', '2h', '1d']) {
        const range = { from: { valueOf: () => 0 }, to: { valueOf: () => length } }
        steps.push({ length, points, lowest, ms: calculateInterval(range, points, lowest.replace('>', '')).intervalMs })
      }
    }
  }
  const lengths = ['1', '20', '90', '1ms', '250ms', '1s', '30s', '1m', '5m', '90m', '1h', '36h', '1d', '7d', '1w', '1M', '1y'].map((text) => ({ text, ms: intervalToMs(text), seconds: intervalToSeconds(text) }))
  return { rounded, steps, lengths }
}
