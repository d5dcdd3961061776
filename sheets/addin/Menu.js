/** The menu NRR: the sidebar, the connection, the triggers. */

/** Adds the menu when the spreadsheet is opened. */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu(text_('menu'))
    .addItem(text_('sidebar'), 'openSidebar')
    .addItem(text_('refresh'), 'refreshFigures')
    .addSeparator()
    .addItem(text_('connect'), 'connect')
    .addItem(text_('triggers'), 'installTriggers')
    .addToUi();
}

/** Opens the sidebar. */
function openSidebar() {
  const page = HtmlService.createHtmlOutputFromFile('Sidebar').setTitle('NRR');
  SpreadsheetApp.getUi().showSidebar(page);
}

/** Asks for the address and the key, tries them, and keeps them for this spreadsheet alone. */
function connect() {
  const ui = SpreadsheetApp.getUi();
  const url = ask_(ui, 'askUrl').replace(/\/+$/, '');
  if (!url) return;
  if (!/^https:\/\/[^/\s]+/.test(url)) {
    ui.alert(text_('badUrl'));
    return;
  }
  const key = ask_(ui, 'askKey');
  if (!key) return;
  const properties = PropertiesService.getDocumentProperties();
  const before = properties.getProperties();
  properties.setProperties({NRR_URL: url, NRR_KEY: key});
  try {
    const origin = send_('periods').origin;
    showSnapshot_(String(origin.snapshot));
    const lines = [text_('connected', {month: origin.data_through})];
    const id = clientId_();
    if (id) lines.push(text_('clientId', {id: id}));
    ui.alert(lines.join('\n\n'));
  } catch (error) {
    // A connection that worked stays.
    if (before.NRR_URL) properties.setProperties({NRR_URL: before.NRR_URL, NRR_KEY: before.NRR_KEY});
    else ['NRR_URL', 'NRR_KEY'].forEach((name) => properties.deleteProperty(name));
    ui.alert(error.message);
  }
}

/** Returns what a person types, trimmed; empty where the dialog is closed. */
function ask_(ui, name) {
  const answer = ui.prompt(text_(name), ui.ButtonSet.OK_CANCEL);
  return answer.getSelectedButton() === ui.Button.OK ? answer.getResponseText().trim() : '';
}

/** Returns the client ID of this script, which identity tokens are made for; empty without a token. */
function clientId_() {
  const token = ScriptApp.getIdentityToken();
  if (!token) return '';
  const claims = Utilities.newBlob(Utilities.base64DecodeWebSafe(token.split('.')[1])).getDataAsString();
  return JSON.parse(claims).aud;
}

/** Lets every formula that refers to NRR_Snapshot be worked out again. */
function refreshFigures() {
  showSnapshot_(send_('periods').origin.snapshot + '.' + Date.now());
}

/** Writes the number of the snapshot into the hidden cell that formulas refer to; it is made once. */
function showSnapshot_(value) {
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  let range = spreadsheet.getRangeByName(SNAPSHOT_NAME);
  if (!range) {
    const sheet = spreadsheet.getSheetByName(SNAPSHOT_TAB) || spreadsheet.insertSheet(SNAPSHOT_TAB);
    sheet.hideSheet();
    range = sheet.getRange('A1');
    spreadsheet.setNamedRange(SNAPSHOT_NAME, range);
  }
  if (String(range.getValue()) !== value) range.setNumberFormat('@').setValue(value);
}
