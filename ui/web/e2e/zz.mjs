import { start, watched } from './chromium.mjs'
const o = 'http://127.0.0.1:26000'
const b = await start()
const { page, faults } = await watched(b, o)
page.on('console', (m) => console.log('console', m.text().slice(0, 300)))
const reqs = []
page.on('request', (r) => { if (r.url().includes('/api/')) reqs.push(r.url().slice(o.length, o.length + 60)+ (r.postDataJSON()?.panel ?? '')) })
await page.goto(o + '/')
for (let i = 0; i < 8; i++) { await new Promise((r) => setTimeout(r, 1000)); console.log(i, reqs.length, await Promise.race([page.evaluate(() => new Promise((r) => { let n = 0; const t = performance.now(); const f = () => { n++; performance.now() - t < 500 ? requestAnimationFrame(f) : r([n, document.querySelectorAll('[data-panel]').length, document.querySelectorAll('[aria-busy="true"]').length]) }; f() })), new Promise((r) => setTimeout(() => r('STUCK'), 5000))])) }
console.log(reqs.join('\n'))
console.log(faults.slice(0, 5))
await page.screenshot({ path: '/tmp/board/live.png', timeout: 60000 })
await b.close()
