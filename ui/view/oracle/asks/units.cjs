// Every unit with several values and decimals.
'use strict'
const data = require('@grafana/data')

const own = ['prefix:x ', 'suffix:/y', 'si:kV', 'si:V', 'si:mV', 'si:µF', 'si:', 'currency:€', 'currency:kr', 'count:things', 'time:YYYY-MM', 'time:HH:mm:ss.SSS',
  'time:dddd, MMMM Do YYYY, h:mm:ss a', 'time:DDD [of] YY Q x X ZZ', 'bool:Up/Down', 'currency:financial:$:prefix', 'currency:financial:€:suffix', 'weird', 'us', '']
const steps = [0, 1, -1, 0.5, 2.5, -2.5, 12.345, 99.999, 100, 999, 999.9, 1000, 1001, 1023, 1024, 1234.5, -1234.567, 59999, 60000, 61000, 3600000, 86400000, 1e6, 1048576,
  1.5e6, 31536000000, 5e9, 7.77e10, 1e12, 1.7e12, 1e15, 3e16, 0.29, 0.07, 0.001, 0.0015, 1e-6, 1e-7, 4.2e-9, 1e-10, -0.02, 59.9, 60, 90, 3599, 3600, 3700, 86399, 90061, 604800, 31535999, 31536000, 1e8, 7, 8, 24, 30, 364, 365, 1000000000]

// (Node's locales put a narrow space before AM and PM, in some versions only.)
exports.answer = () => {
  const out = []
  const units = [...data.getValueFormats().flatMap((c) => c.submenu.map((u) => u.value)), ...own]
  units.forEach((unit, at) => {
    const write = data.getValueFormat(unit)
    for (const decimals of [null, 0, 1, 2, 4]) {
      // all values with automatic decimals, some with fixed ones
      const values = steps.filter((_, i) => decimals === null || (i + at) % 4 === decimals % 4)
      out.push({ unit, decimals, values, texts: values.map((v) => data.formattedValueToString(write(v, decimals, null, 'utc')).replaceAll('\u202f', ' ')) })
    }
  })
  return out
}
