// Steps that lengths of time are rounded to.
'use strict'
const data = require('@grafana/data')

exports.answer = () => {
  const rounded = []
  for (let ms = 1; ms < 4e10; ms *= 1.37) rounded.push([Math.round(ms), data.rangeUtil.roundInterval(Math.round(ms))])
  return { rounded }
}
