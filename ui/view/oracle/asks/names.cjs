// What fields are called among others.
'use strict'
const data = require('@grafana/data')

const time = { name: 'Time', type: 'time', values: [1] }
const num = (name, labels, config) => ({ name, type: 'number', values: [1], labels, config })
const sets = [
  [{ fields: [time, num('Value')] }],
  [{ fields: [time, num('Value', { pod: 'a' })] }],
  [{ fields: [time, num('Value', { pod: 'a' })] }, { fields: [time, num('Value', { pod: 'b' })] }],
  [{ fields: [time, num('Value', { pod: 'a', model: 'm' })] }, { fields: [time, num('Value', { pod: 'b', model: 'm' })] }],
  [{ name: 'A', fields: [time, num('Value', { pod: 'a' })] }, { name: 'B', fields: [time, num('Value', { pod: 'a' })] }],
  [{ name: 'A', fields: [time, num('Value')] }, { name: 'B', fields: [time, num('Value')] }],
  [{ name: 'A', fields: [time, num('Value')] }],
  [{ name: 'A', fields: [time, num('Value', { pod: 'a' })] }],
  [{ name: 'A', fields: [time, num('up', { pod: 'a' })] }, { name: 'B', fields: [time, num('up', { pod: 'b' })] }],
  [{ fields: [time, num('up', { pod: 'a' }), num('down', { pod: 'a' })] }],
  [{ fields: [time, num('x'), num('x'), num('y')] }],
  [{ fields: [time, num('Value'), num('Value')] }],
  [{ fields: [{ name: 'when', type: 'time', values: [1] }, num('x')] }],
  [{ fields: [{ name: 'when', type: 'time', values: [1], labels: { a: 'b' } }, num('x')] }],
  [{ fields: [time, num('Value', {}, { displayNameFromDS: 'legend' })] }],
  [{ fields: [time, num('Value', { pod: 'p1' }, { displayName: 'pod ${__field.labels.pod}' })] }],
  [{ name: 'A', fields: [time, num('Value', { pod: 'a' })] }, { name: 'A', fields: [time, num('Value', { zone: 'z' })] }],
  [{ fields: [time, num('Value', { pod: '' })] }, { fields: [time, num('Value', { pod: 'b' })] }],
  [{ name: 'only', fields: [num('Value')] }, { name: '', fields: [num('Value')] }],
  [{ fields: [time, { name: 'pod', type: 'string', values: ['a'] }, num('Value #A')] }],
  [{ fields: [time, num('Value', { le: '0.5', pod: 'a"b' })] }, { fields: [time, num('Value', { le: '1', pod: 'c' })] }],
]

exports.answer = () => sets.map((set) => {
  const frames = set.map((f) => data.toDataFrame(f))
  return { frames: set, names: frames.map((f) => f.fields.map((x) => data.getFieldDisplayName(x, f, frames))) }
})
