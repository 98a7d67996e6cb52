// Every reduction that makes a number, of many arrays.
'use strict'
const data = require('@grafana/data')

const arrays = [[1], [0], [-3.5], [1, 2, 3], [3, 2, 1], [1, null, 3], [null, 5, null], [null, null], [0, 0, 0], [0, null], [1, 1, 2, 2, 3, null, 3], [10, 20, 5, 7, 1], [0.1, 0.2, 0.3, 0.4],
  [5, 5, 5, 5], [-1, -2, -3], [1e9, 2e9, 3], [2, 4, 8, 16, 32, 64, 128], [7, null, null, 9], [100, 90, 80, 120, 10, 0], [0.5, -0.5, 0, 1.25]]
let seed = 1
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
for (let n = 0; n < 40; n++) arrays.push(Array.from({ length: 1 + (n % 23) }, () => (random() < 0.15 ? null : Math.round((random() - 0.3) * 1000) / 8)))

exports.answer = () => {
  const calcs = data.fieldReducers.list().map((r) => r.id).filter((id) => id !== 'allValues' && id !== 'uniqueValues' && !/^p[1-9]?[2-46-9]$/.test(id))
  const out = []
  for (const values of arrays) {
    for (const calc of calcs) {
      const got = data.reduceField({ field: { name: 'x', type: 'number', config: {}, values, state: {} }, reducers: [calc] })[calc]
      out.push({ calc, values, got: typeof got === 'boolean' ? Number(got) : got === undefined ? null : got })
    }
  }
  return { out, names: Object.fromEntries(data.fieldReducers.list().map((r) => [r.id, r.name])) }
}
