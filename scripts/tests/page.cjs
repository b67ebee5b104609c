// What scripts/tests/page.sh asserts of the page, driven through Playwright.
// Usage: node test_page.cjs STUDY_PAGE SINGLE_RUN_PAGE SWEEPS_FOLDER SCREENSHOT_FOLDER
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const [study, single, sweeps, folder] = process.argv.slice(2);
const arms = 12;

/** Opens a page and records whatever it asks of the network or complains about. */
async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  const trouble = [];
  const own = pathToFileURL(path.resolve(file)).href;
  page.on("console", (message) => { if (message.type() === "error") trouble.push(message.text()); });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== own && !request.url().startsWith("data:")) trouble.push(`request for ${request.url()}`);
  });
  await page.goto(own);
  await page.waitForSelector("#chart canvas");
  return { page, trouble, context };
}

const shown = (page) => page.locator("#chart").evaluate((chart) => ({ ...chart.dataset }));

/** How many pixels of the chart are neither transparent nor the ground. */
const inked = (page) => page.locator("#chart canvas").evaluate((canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 3; i < pixels.length; i += 4) count += pixels[i] > 40;
  return count;
});

/** The lowest contrast between text and its ground, over all visible text of the page. */
const lowestContrast = (page) => page.evaluate(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = rgba(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  let lowest = [Infinity, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    // Figures in the cells of a map stand on the cell, not on the page; a unit test holds their contrast.
    if (element.classList.contains("in-cell")) continue;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || ["TITLE", "DESC", "title", "desc"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgba(element.closest("svg") ? style.fill : style.color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < lowest[0]) lowest = [contrast, walker.currentNode.textContent.trim().slice(0, 60)];
  }
  return lowest;
});

/** A sweep's page: pictures with names, readable text in both themes, curves of the best settings, nothing from outside. */
async function checkSweep(browser, name, pictures, shot) {
  const file = path.join(sweeps, name, "page-validation_accuracy.html");
  assert.ok(fs.statSync(file).size < 700_000, `the page of ${name} is small`);
  const { page, trouble } = await open(browser, file);
  assert.ok((await page.locator(".says").innerText()).length > 40, "there is a verdict");
  assert.equal(await page.locator("svg.picture").count(), pictures);
  assert.equal(await page.locator("svg.picture:not(:has(> title)), svg.picture:not([role=img])").count(), 0, "pictures have names");
  assert.equal(await page.locator("th:not([scope])").count(), 0, "every header cell has a scope");
  assert.ok((await inked(page)) > 500, "the curves of the best settings are drawn");
  await shot(page, `sweep-${name}-light`);
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  for (const theme of ["light", "dark"]) {
    if (theme === "dark") await page.locator("#theme").click();
    const [contrast, text] = await lowestContrast(page);
    assert.ok(contrast >= 4.5, `contrast of "${text}" in the ${theme} theme of ${name} is ${contrast.toFixed(2)}`);
  }
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = false; }));
  await shot(page, `sweep-${name}-dark`);
  const phone = await open(browser, file, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "a phone does not scroll sideways");
  assert.deepEqual([...trouble, ...phone.trouble], []);
}

async function main() {
  assert.ok(fs.statSync(study).size < 2_000_000, "the page of 12 arms × 10 seeds × 858 steps is under 2 MB");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  const shot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });

  const { page, trouble } = await open(browser, study);
  assert.equal(await page.locator("h1").count(), 1);
  assert.ok((await page.locator(".says").innerText()).length > 40, "there is a verdict");
  assert.equal(await page.locator("svg.picture").count(), 5, "five pictures");
  assert.equal(await page.locator("svg.picture:not(:has(> title)), svg.picture:not([role=img])").count(), 0, "pictures have names");
  assert.equal(await page.locator("th:not([scope])").count(), 0, "every header cell has a scope");
  assert.equal(await page.locator("button:not([type=button])").count(), 0);
  assert.ok((await inked(page)) > 5000, "the curves are drawn");
  assert.deepEqual(await shown(page), { scale: "log", lines: "mean", range: "all", shown: String(arms) });
  await shot(page, "light");

  // Controls
  await page.getByRole("button", { name: "Linear" }).click();
  await page.getByRole("button", { name: "First 100" }).click();
  await page.getByRole("button", { name: "Every seed" }).click();
  const armButtons = page.locator(".interactive .arms button");
  assert.equal(await armButtons.count(), arms);
  await armButtons.first().click();
  assert.equal(await armButtons.first().getAttribute("aria-pressed"), "false");
  assert.deepEqual(await shown(page), { scale: "linear", lines: "seeds", range: "first", shown: String(arms - 1) });
  await armButtons.nth(4).dblclick();
  assert.equal((await shown(page)).shown, "1", "a double click leaves one arm");
  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByRole("button", { name: "Logarithmic" }).click();
  await page.getByRole("button", { name: "Mean and interval" }).click();
  await page.getByRole("button", { name: "All batches" }).click();
  assert.deepEqual(await shown(page), { scale: "log", lines: "mean", range: "all", shown: String(arms) });

  // Hover and zoom
  const over = await page.locator("#chart .u-over").boundingBox();
  await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
  await page.waitForFunction(() => /^Batch \d+$/.test(document.getElementById("at").textContent));
  assert.match(await armButtons.first().locator("output").innerText(), /^[\d.]+$/, "hovering shows values");
  const before = await inked(page);
  await page.mouse.down();
  await page.mouse.move(over.x + over.width * 0.7, over.y + over.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForTimeout(200);
  assert.notEqual(await inked(page), before, "dragging zooms");
  await page.screenshot({ path: path.join(folder, "zoomed.png") });

  // Everything opened, so that all text is looked at; then the other theme.
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  for (const theme of ["light", "dark"]) {
    if (theme === "dark") await page.locator("#theme").click();
    const [contrast, text] = await lowestContrast(page);
    assert.ok(contrast >= 4.5, `contrast of "${text}" in the ${theme} theme is ${contrast.toFixed(2)}`);
  }
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(17, 21, 27)");
  assert.equal(await page.locator("#theme").innerText(), "Light");
  assert.deepEqual(trouble, []);

  // The system's dark theme, a phone, paper, no scripts
  const dark = await open(browser, study, { colorScheme: "dark" });
  assert.equal(await dark.page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(17, 21, 27)");
  await shot(dark.page, "dark");
  const phone = await open(browser, study, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "a phone does not scroll sideways");
  await shot(phone.page, "phone");
  await dark.page.pdf({ path: path.join(folder, "print.pdf"), format: "A4", margin: { top: "14mm", bottom: "14mm", left: "12mm", right: "12mm" } });
  const scriptless = await browser.newContext({ javaScriptEnabled: false });
  const plain = await scriptless.newPage();
  await plain.goto(pathToFileURL(path.resolve(study)).href);
  assert.equal(await plain.locator("svg.picture").count(), 5, "pictures need no scripts");

  const alone = await open(browser, single);
  assert.ok((await inked(alone.page)) > 500, "one run of one arm is drawn too");
  await shot(alone.page, "single");
  assert.deepEqual([...dark.trouble, ...phone.trouble, ...alone.trouble], []);
  for (const [name, pictures] of [["line", 1], ["words", 1], ["map", 2], ["map_alone", 2], ["three", 1]]) {
    await checkSweep(browser, name, pictures, shot);
  }
  await browser.close();
  console.log(`the page stands: ${Math.round(fs.statSync(study).size / 1000)} kB; screenshots in ${folder}`);
}

main().catch((error) => { console.error(error); process.exit(1); });
