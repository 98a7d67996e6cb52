/** Starts the Chromium that npm brought: headless, without apt, with its own fonts. */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { chromium as playwright } from 'playwright-core'

// The package's arguments draw by a GPU made of software, which takes up to 20 s for a
// screen of charts on 2 cores; without any GPU Chromium rasters it itself, in 0.3 s.
// Nor is a reader's browser without its guards against other sites.
const unwanted = /^--(headless|use-gl|use-angle|enable-unsafe-swiftshader|ignore-gpu-blocklist|in-process-gpu|disable-web-security|allow-running-insecure-content)/

/**
 * unpacked is where the Chromium of the package lies. On a new machine it is unpacked aside and
 * put there whole: the package itself takes what another test is still unpacking for done.
 */
async function unpacked() {
  const place = tmpdir()
  const program = join(place, 'chromium')
  if (existsSync(program)) return program
  const aside = mkdtempSync(join(place, 'unpacked-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = aside // the package unpacks there
  await chromium.executablePath()
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  for (const name of readdirSync(aside).sort((a, b) => Number(a === 'chromium') - Number(b === 'chromium'))) { // the program is the last
    try {
      renameSync(join(aside, name), join(place, name))
    } catch (fault) {
      if (!existsSync(join(place, name))) throw fault // else another test was quicker
    }
  }
  rmSync(aside, { recursive: true })
  return program
}

/** start starts it; one that ends as it starts (seen once in some hundred starts) is started again, and said. */
export async function start(tries = 3) {
  const options = {
    executablePath: process.env.CHROMIUM ?? (await unpacked()),
    args: [...chromium.args.filter((a) => !unwanted.test(a)), '--disable-gpu', '--font-render-hinting=none'],
    headless: true,
  }
  return playwright.launch(options).catch((fault) => {
    if (tries === 1) throw fault
    console.log(`Chromium did not start: ${String(fault.message).split('\n').filter((line) => !line.includes('<launching>')).join(' ').slice(0, 500)}`)
    return start(tries - 1)
  })
}

/** watched opens a page whose faults fail the test: errors of scripts, refused content, requests that leave the site. */
export async function watched(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'en-US', ...options })
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (e) => faults.push(`script: ${e.message}`))
  page.on('console', (m) => {
    if (m.type() === 'error' && !/status of (400|404|502|503|504)/.test(m.text())) faults.push(`console: ${m.text()}`)
  })
  page.on('request', (r) => {
    if (/^https?:/.test(r.url()) && new URL(r.url()).origin !== origin) faults.push(`left the site: ${r.url()}`)
  })
  return { page, context, faults }
}
