/** What the sidebar calls. Each function asks with the identity of the person who has the sidebar open. */

const SIDEBAR_TEXTS = {
  en: {
    segment: 'Segment', all: 'Whole company', period: 'Period', figures: 'Figures', bridge: 'MRR bridge',
    trend: 'NRR by quarter', problems: 'Problems in the sheet', formula: 'Insert formula', block: 'Insert block',
    sync: 'Sync now', syncStarted: 'A sync has started. Its figures are there in a minute or two.', loading: 'Loading …',
    none: 'No problems in the sheet.', noFigure: 'n/a', jump: 'Go to {place}', inserted: 'Inserted at {place}.',
    occupied: 'The cells from {place} are not all empty, and nothing is overwritten. Choose an empty place.',
    more: '{count} problems in all; the tab NRR Problems has every one.',
    nrr: 'NRR', grr: 'GRR', starting_mrr: 'Start', expansion: 'Expansion', contraction: 'Contraction', churn: 'Churn',
    ending_mrr: 'End', new_mrr: 'New, not in NRR', origin: 'Data through {month}, read {moment}.',
  },
  fr: {
    segment: 'Segment', all: 'Toute l’entreprise', period: 'Période', figures: 'Chiffres', bridge: 'Passage du MRR',
    trend: 'NRR par trimestre', problems: 'Problèmes dans le classeur', formula: 'Insérer la formule',
    block: 'Insérer un tableau', sync: 'Synchroniser', loading: 'Chargement…',
    syncStarted: 'Une synchronisation a démarré. Ses chiffres seront là dans une minute ou deux.',
    none: 'Aucun problème dans le classeur.', noFigure: 'n. d.', jump: 'Aller à {place}', inserted: 'Inséré en {place}.',
    occupied: 'Les cellules à partir de {place} ne sont pas toutes vides, et rien n’est écrasé. Choisissez un endroit vide.',
    more: '{count} problèmes en tout ; l’onglet NRR Problèmes les contient tous.',
    nrr: 'NRR', grr: 'GRR', starting_mrr: 'Début', expansion: 'Expansion', contraction: 'Contraction', churn: 'Churn',
    ending_mrr: 'Fin', new_mrr: 'Nouveau, hors NRR', origin: 'Données jusqu’à {month}, lues le {moment}.',
  },
};
const BRIDGE = ['nrr', 'grr', 'starting_mrr', 'expansion', 'contraction', 'churn', 'ending_mrr', 'new_mrr'];
const TREND_QUARTERS = 8;
const BLOCK_QUARTERS = 4;
const SHOWN_PROBLEMS = 50;

/** Returns the identity token of the person. Throws where Google gives none. */
function identity_() {
  const token = ScriptApp.getIdentityToken();
  if (!token) throw new Error(text_('noToken'));
  return token;
}

/** Returns everything that the sidebar shows first: texts, segments, periods, problems. */
function startSidebar() {
  const identity = identity_();
  const periods = send_('periods', undefined, identity);
  const problems = send_('problems', undefined, identity);
  return {
    language: language_(),
    texts: SIDEBAR_TEXTS[language_()],
    origin: periods.origin,
    dimensions: send_('segments', undefined, identity).dimensions,
    periods: periods.periods,
    defaultPeriod: periods.default,
    problems: problems.problems.filter((problem) => !problem.accepted).slice(0, SHOWN_PROBLEMS),
    problemCount: problems.count,
  };
}

/** Returns the bridge of a segment in a period, and its NRR in the last quarters, the oldest first. */
function showFigures(segment, period, quarters) {
  const trend = quarters.slice(0, TREND_QUARTERS).reverse();
  const questions = BRIDGE.map((metric) => question_(metric, segment, period));
  const answers = answer_(questions.concat(trend.map((quarter) => question_('nrr', segment, quarter))), identity_());
  return {
    bridge: BRIDGE.map((metric, place) => ({metric: metric, answer: answers[place]})),
    trend: trend.map((quarter, place) => ({period: quarter, answer: answers[BRIDGE.length + place]})),
  };
}

function question_(metric, segment, period) {
  return {metric: metric, segment: segment, period: period, method: ''};
}

/** Writes the formula of a segment and a period into the current cell; returns where. */
function insertFormula(segment, period) {
  const cell = SpreadsheetApp.getActiveSpreadsheet().getActiveRange().getCell(1, 1);
  requireEmpty_(cell);
  cell.setFormula('=NRR(' + quote_(segment) + ';' + quote_(period) + snapshotArgument_() + ')');
  cell.setNumberFormat('0.0%');
  return cell.getA1Notation();
}

/** Writes a block at the current cell: segments down, quarters across, one formula for all figures; returns where. */
function insertBlock(segments, quarters) {
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const corner = spreadsheet.getActiveRange().getCell(1, 1);
  const sheet = corner.getSheet();
  const columns = quarters.slice(0, BLOCK_QUARTERS).reverse();
  const row = corner.getRow();
  const column = corner.getColumn();
  const block = sheet.getRange(row, column, segments.length + 1, columns.length + 1);
  requireEmpty_(block);
  const down = sheet.getRange(row + 1, column, segments.length, 1);
  const across = sheet.getRange(row, column + 1, 1, columns.length);
  // As text: a segment "=A1" is no formula, and "2026-09" no date.
  down.setNumberFormat('@').setValues(segments.map((segment) => [segment || SIDEBAR_TEXTS[language_()].all]));
  across.setNumberFormat('@').setValues([columns]);
  sheet.getRange(row + 1, column + 1, segments.length, columns.length).setNumberFormat('0.0%');
  // A blank cell of a range asks for nothing, so the whole company is named in the formula.
  const first = segments.length === 1 && !segments[0] ? '""' : down.getA1Notation();
  const formula = '=NRR(' + first + ';' + across.getA1Notation() + snapshotArgument_() + ')';
  sheet.getRange(row + 1, column + 1).setFormula(formula);
  return block.getA1Notation();
}

/** Returns the last argument of a formula, where the sheet has the range that follows the syncs. */
function snapshotArgument_() {
  return SpreadsheetApp.getActiveSpreadsheet().getRangeByName(SNAPSHOT_NAME) ? ';;' + SNAPSHOT_NAME : '';
}

function quote_(text) {
  return '"' + text.replace(/"/g, '""') + '"';
}

function requireEmpty_(range) {
  if (!range.isBlank()) {
    throw new Error(SIDEBAR_TEXTS[language_()].occupied.replace('{place}', range.getCell(1, 1).getA1Notation()));
  }
}

/** Selects the cell of a problem. */
function goToCell(tab, cell) {
  const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheetByName(tab);
  if (!sheet) throw new Error(text_('noCell'));
  sheet.getRange(cell || 'A1').activate();
}

/** Asks for a sync. */
function startSync() {
  send_('sync', {}, identity_());
  return SIDEBAR_TEXTS[language_()].syncStarted;
}
