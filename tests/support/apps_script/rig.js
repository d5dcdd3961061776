// Runs the files of an Apps Script project unmodified in Node: the services that they use, with the limits that Google
// documents. Commands arrive as lines of JSON on stdin, answers leave as lines on stdout.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const readline = require('node:readline');
const vm = require('node:vm');
const {spawnSync} = require('node:child_process');

const state = {
  locale: 'en_US',
  timeZone: 'Europe/Paris',
  properties: {},
  cache: new Map(),
  now: 0, // the clock of the cache, in seconds: it moves only when it is set
  token: null,
  hosts: {}, // https origin -> address on the loopback: the proxy that speaks HTTPS
  fetchSeconds: 20,
  fetches: [],
  alerts: [],
  prompts: [],
  menu: [],
  triggers: [],
  sheets: new Map(),
  names: new Map(),
  active: {sheet: 'Board', a1: 'A1'},
  sidebar: '',
};

function fail(message) {
  throw new Error('Exception: ' + message);
}

// Cells.

function toLetters(column) {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

function fromA1(a1) {
  const match = /^\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?$/.exec(a1);
  if (!match) fail('Range not found');
  const number = (letters) => [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const [row, column] = [Number(match[2]), number(match[1])];
  return {row, column, rows: match[4] ? Number(match[4]) - row + 1 : 1, columns: match[3] ? number(match[3]) - column + 1 : 1};
}

class Sheet {
  constructor(name) {
    this.name = name;
    this.cells = new Map();
    this.hidden = false;
  }
  getName() { return this.name; }
  hideSheet() { this.hidden = true; return this; }
  getRange(first, column, rows = 1, columns = 1) {
    return typeof first === 'string' ? new Range(this, fromA1(first)) : new Range(this, {row: first, column, rows, columns});
  }
  cell(row, column) {
    const key = row + ',' + column;
    if (!this.cells.has(key)) this.cells.set(key, {value: '', formula: '', format: ''});
    return this.cells.get(key);
  }
}

class Range {
  constructor(sheet, box) {
    this.sheet = sheet;
    this.box = box;
  }
  getSheet() { return this.sheet; }
  getRow() { return this.box.row; }
  getColumn() { return this.box.column; }
  getA1Notation() {
    const {row, column, rows, columns} = this.box;
    const first = toLetters(column) + row;
    return rows * columns === 1 ? first : first + ':' + toLetters(column + columns - 1) + (row + rows - 1);
  }
  getCell(row, column) { return this.sheet.getRange(this.box.row + row - 1, this.box.column + column - 1); }
  rows() {
    const {row, column, rows, columns} = this.box;
    return Array.from({length: rows}, (_, down) =>
      Array.from({length: columns}, (_, right) => this.sheet.cell(row + down, column + right)));
  }
  getValues() { return this.rows().map((line) => line.map((cell) => cell.value)); }
  getValue() { return this.getValues()[0][0]; }
  isBlank() { return this.rows().every((line) => line.every((cell) => cell.value === '' && !cell.formula)); }
  setNumberFormat(format) { this.rows().flat().forEach((cell) => { cell.format = format; }); return this; }
  setValue(value) { this.rows().flat().forEach((cell) => enter(cell, value)); return this; }
  setValues(values) {
    const rows = this.rows();
    if (values.length !== rows.length || values.some((line) => line.length !== rows[0].length)) {
      fail('The number of rows or columns in the data does not match the number in the range');
    }
    values.forEach((line, down) => line.forEach((value, right) => enter(rows[down][right], value)));
    return this;
  }
  setFormula(formula) { this.rows().flat().forEach((cell) => { cell.formula = formula; }); return this; }
  activate() { state.active = {sheet: this.sheet.name, a1: this.getA1Notation()}; return this; }
}

// As Sheets: a text that looks like a formula or a date becomes one, unless the cell is formatted as text.
function enter(cell, value) {
  if (cell.format !== '@' && typeof value === 'string' && value.startsWith('=')) {
    cell.formula = value;
  } else if (cell.format !== '@' && typeof value === 'string' && /^\d{4}-\d{2}$/.test(value)) {
    cell.value = new context.Date(value + '-01T00:00:00');
  } else {
    cell.value = value;
  }
}

const spreadsheet = {
  getSpreadsheetLocale: () => state.locale,
  getSpreadsheetTimeZone: () => state.timeZone,
  getSheetByName: (name) => state.sheets.get(name) || null,
  insertSheet(name) {
    const sheet = new Sheet(name);
    state.sheets.set(name, sheet);
    return sheet;
  },
  getActiveSheet: () => state.sheets.get(state.active.sheet),
  getActiveRange: () => state.sheets.get(state.active.sheet).getRange(state.active.a1),
  getRangeByName: (name) => state.names.get(name) || null,
  setNamedRange: (name, range) => { state.names.set(name, range); },
};

const ui = {
  ButtonSet: {OK_CANCEL: 'OK_CANCEL'},
  Button: {OK: 'OK', CANCEL: 'CANCEL'},
  alert: (text) => { state.alerts.push(text); },
  prompt(text) {
    state.alerts.push(text);
    const answer = state.prompts.shift();
    return {getSelectedButton: () => (answer === undefined ? 'CANCEL' : 'OK'), getResponseText: () => answer || ''};
  },
  createMenu(title) {
    const menu = {
      addItem(label, name) {
        if (typeof context[name] !== 'function') fail('no function ' + name);
        state.menu.push([title, label, name]);
        return menu;
      },
      addSeparator: () => menu,
      addToUi: () => undefined,
    };
    return menu;
  },
  showSidebar: (page) => { state.sidebar = page.name; },
};

// Services.

const cache = {
  get(key) {
    if (key.length > 250) fail('Argument too large: key');
    const entry = state.cache.get(key);
    return entry && entry.until > state.now ? entry.value : null;
  },
  put(key, value, seconds = 600) {
    if (key.length > 250 || value.length > 100 * 1024) fail('Argument too large: value');
    if (seconds < 1 || seconds > 21600) fail('expiration');
    state.cache.set(key, {value, until: state.now + seconds});
  },
  getAll(keys) { return Object.fromEntries(keys.map((key) => [key, cache.get(key)]).filter((pair) => pair[1] !== null)); },
  putAll(values, seconds) { Object.entries(values).forEach(([key, value]) => cache.put(key, value, seconds)); },
};

const properties = {
  getProperties: () => ({...state.properties}),
  getProperty: (name) => (name in state.properties ? state.properties[name] : null),
  setProperties(values) { Object.assign(state.properties, values); return properties; },
  deleteProperty(name) { delete state.properties[name]; return properties; },
};

const FETCH = `
const options = JSON.parse(require('fs').readFileSync(0, 'utf8'));
fetch(options.url, {method: options.method, headers: options.headers, body: options.body, redirect: 'manual',
  signal: AbortSignal.timeout(options.seconds * 1000)})
  .then(async (response) => console.log(JSON.stringify({status: response.status, text: await response.text()})))
  .catch(() => process.exit(1));
`;
const FETCH_OPTIONS = ['method', 'headers', 'muteHttpExceptions', 'followRedirects', 'contentType', 'payload'];

function fetchUrl(url, options = {}) {
  const unknown = Object.keys(options).filter((name) => !FETCH_OPTIONS.includes(name));
  if (unknown.length) fail('unknown option ' + unknown);
  const origin = new URL(url).origin;
  state.fetches.push({path: url.slice(origin.length), method: options.method, payload: options.payload || null});
  const headers = {...options.headers};
  if (state.hosts[origin]) headers['X-Forwarded-Proto'] = 'https';
  if (options.payload !== undefined) headers['Content-Type'] = options.contentType || 'application/x-www-form-urlencoded';
  const request = {
    url: (state.hosts[origin] || origin) + url.slice(origin.length),
    method: (options.method || 'get').toUpperCase(),
    headers,
    body: options.payload,
    seconds: state.fetchSeconds,
  };
  const result = spawnSync(process.execPath, ['-e', FETCH], {input: JSON.stringify(request), encoding: 'utf8', maxBuffer: 1 << 26});
  if (result.status !== 0) fail('Address unavailable: ' + url);
  const {status, text} = JSON.parse(result.stdout);
  if (status >= 400 && !options.muteHttpExceptions) fail('Request failed for ' + origin + ' returned code ' + status);
  return {getResponseCode: () => status, getContentText: () => text};
}

function buildTrigger(name) {
  const trigger = {name, kind: ''};
  const builder = {
    forSpreadsheet: () => builder,
    onEdit() { trigger.kind = 'onEdit'; return builder; },
    onChange() { trigger.kind = 'onChange'; return builder; },
    timeBased: () => builder,
    everyMinutes(minutes) {
      if (![1, 5, 10, 15, 30].includes(minutes)) fail('everyMinutes');
      trigger.kind = 'every ' + minutes;
      return builder;
    },
    create() { state.triggers.push(trigger); return trigger; },
  };
  trigger.getHandlerFunction = () => name;
  return builder;
}

function formatDate(date, zone, format) {
  if (format !== 'yyyy-MM') fail('format');
  const parts = new Intl.DateTimeFormat('en-CA', {timeZone: zone, year: 'numeric', month: '2-digit'}).formatToParts(date);
  const read = (type) => parts.find((part) => part.type === type).value;
  return read('year') + '-' + read('month');
}

const context = vm.createContext({
  console,
  SpreadsheetApp: {getActiveSpreadsheet: () => spreadsheet, getUi: () => ui},
  PropertiesService: {getDocumentProperties: () => properties},
  CacheService: {getDocumentCache: () => cache},
  LockService: {getDocumentLock: () => ({tryLock: () => true, releaseLock: () => undefined})},
  UrlFetchApp: {fetch: fetchUrl},
  HtmlService: {createHtmlOutputFromFile: (name) => ({name, setTitle() { return this; }})},
  ScriptApp: {
    getIdentityToken: () => state.token,
    getProjectTriggers: () => [...state.triggers],
    deleteTrigger: (trigger) => { state.triggers.splice(state.triggers.indexOf(trigger), 1); },
    newTrigger: buildTrigger,
  },
  Utilities: {
    formatDate,
    DigestAlgorithm: {SHA_256: 'sha256'},
    Charset: {UTF_8: 'utf8'},
    computeDigest: (algorithm, text) => [...crypto.createHash(algorithm).update(text, 'utf8').digest()],
    base64Encode: (bytes) => Buffer.from(bytes).toString('base64'),
    base64DecodeWebSafe: (text) => [...Buffer.from(text, 'base64url')],
    newBlob: (bytes) => ({getDataAsString: () => Buffer.from(bytes).toString('utf8')}),
  },
});
context.Date = vm.runInContext('Date', context);

const folder = process.argv[2];
for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.js')).sort()) {
  vm.runInContext(fs.readFileSync(path.join(folder, name), 'utf8'), context, {filename: name});
}
state.sheets.set('Board', new Sheet('Board'));

// Formulas with ranges, names and texts as arguments: what a cell would pass to a custom function.

function evaluate(formula, sheet) {
  const match = /^=(\w+)\((.*)\)$/s.exec(formula);
  const parts = match[2].match(/"(?:[^"]|"")*"|[^;]+|(?<=;|^)(?=;|$)/g) || [];
  const values = parts.map((part) => {
    if (part === '') return '';
    if (part.startsWith('"')) return part.slice(1, -1).replace(/""/g, '"');
    const range = state.names.get(part) || sheet.getRange(part);
    const grid = range.getValues();
    return grid.length === 1 && grid[0].length === 1 ? grid[0][0] : vm.runInContext('(grid) => grid.map((line) => [...line])', context)(grid);
  });
  return context[match[1]](...values);
}

// A value that JSON cannot hold, there and back.
function encode(value) {
  if (typeof value === 'number' && Number.isNaN(value)) return {NaN: true};
  if (Array.isArray(value)) return value.map(encode);
  if (value && Object.prototype.toString.call(value) === '[object Date]') return {date: value.toISOString()};
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, encode(one)]));
  return value === undefined ? null : value;
}
function decode(value) {
  if (Array.isArray(value)) return vm.runInContext('(...values) => values', context)(...value.map(decode));
  if (value && value.date) return new context.Date(value.date);
  if (value && value.cells) return state.sheets.get(value.sheet).getRange(value.cells);
  if (value && value.spreadsheet) return spreadsheet;
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decode(one)]));
  return value === null ? undefined : value;
}

function attempt(work) {
  try {
    return {value: encode(work())};
  } catch (error) {
    return {error: error.message};
  }
}

const SHIM = `<script>
  window.google = {script: {run: (function make(handlers) {
    return new Proxy({}, {get: (_, name) => {
      if (name === 'withSuccessHandler') return (done) => make({...handlers, done});
      if (name === 'withFailureHandler') return (failed) => make({...handlers, failed});
      return (...args) => fetch('/run', {method: 'POST', body: JSON.stringify({name, args})})
        .then((response) => response.json())
        .then((answer) => ('error' in answer ? handlers.failed(new Error(answer.error)) : handlers.done(answer.value)));
    }});
  })({})}};
</script>`;

function servePage() {
  const server = http.createServer((request, response) => {
    if (request.method === 'GET') {
      const page = fs.readFileSync(path.join(folder, 'Sidebar.html'), 'utf8');
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(page.replace('<head>', '<head>' + SHIM));
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const {name, args} = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      // As Google: private functions cannot be called from a page.
      const answer = name.endsWith('_') ? {error: 'private'} : attempt(() => context[name](...decode(args)));
      response.end(JSON.stringify(answer));
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve('http://127.0.0.1:' + server.address().port + '/'));
  });
}

const COMMANDS = {
  call: ({name, args}) => attempt(() => context[name](...decode(args))),
  set: (values) => { Object.assign(state, values.state); return {}; },
  get: ({name}) => ({value: encode(state[name])}),
  cells: ({sheet}) => ({value: encode([...state.sheets.get(sheet).cells].map(([place, cell]) => [place, cell]))}),
  sheets: () => ({value: [...state.sheets.values()].map((sheet) => [sheet.name, sheet.hidden])}),
  add: ({sheet}) => { state.sheets.set(sheet, new Sheet(sheet)); return {}; },
  enter: ({sheet, a1, values}) => { state.sheets.get(sheet).getRange(a1).setValues(decode(values)); return {}; },
  evaluate: ({sheet, formula}) => attempt(() => evaluate(formula, state.sheets.get(sheet))),
  serve: async () => ({value: await servePage()}),
};

readline.createInterface({input: process.stdin}).on('line', async (line) => {
  const command = JSON.parse(line);
  console.log(JSON.stringify(await COMMANDS[command.do](command)));
}).on('close', () => process.exit(0));
