// Writes answers.json.gz: what @grafana/data says about numbers, colours, names
// and reductions. `node answers.cjs --check` compares instead and fails where the
// two differ. The Go tests of ui/units and ui/view compare ours with the file.
'use strict'
process.env.TZ = 'UTC'
const now = Date.UTC(2024, 4, 17, 15, 4, 5)
Date.now = () => now
globalThis.navigator = { language: 'en-US', languages: ['en-US'] }
const fs = require('node:fs')
const path = require('node:path')
const zlib = require('node:zlib')

async function answers() {
  const parts = {}
  for (const name of fs.readdirSync(path.join(__dirname, 'asks')).sort()) {
    const { answer } = require(path.join(__dirname, 'asks', name))
    parts[name.replace('.cjs', '')] = await answer(now)
  }
  return JSON.stringify(parts, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)) + '\n'
}

answers().then((text) => {
  const file = path.join(__dirname, 'answers.json.gz')
  if (!process.argv.includes('--check')) return fs.writeFileSync(file, zlib.gzipSync(text, { level: 9 }))
  if (zlib.gunzipSync(fs.readFileSync(file)).toString() !== text) {
    console.error('answers.json.gz is not what @grafana/data says: run `npm run answers` in ui/view/oracle')
    process.exit(1)
  }
})
