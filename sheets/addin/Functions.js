/** The formulas. A single cell without a figure is an error, whose hover text is the reason; in a range it is NaN. */

/**
 * Net revenue retention of a segment in a period, the same figure as /nrr.
 * Rétention nette (NRR) d’un segment sur une période, le même chiffre que /nrr.
 *
 * @param {"Enterprise"} segment Segment, or a range of them; "" for the whole company. Segment ou plage ; "" pour toute l’entreprise.
 * @param {"Q3 2026"} period Period, or a range: Q3 2026, 2026-09, TTM. Période ou plage : T3 2026, 2026-09, 12 mois.
 * @param {"cohort"} method Optional: cohort, movements or compounded. Facultatif : cohort, movements ou compounded.
 * @param {NRR_Snapshot} snapshot Optional: NRR_Snapshot, so that the next sync changes the figure. Facultatif : NRR_Snapshot, pour suivre chaque synchronisation.
 * @return The figure: 1.036 is 103.6%. Le chiffre : 1,036 pour 103,6 %.
 * @customfunction
 */
function NRR(segment, period, method, snapshot) {
  return figures_('nrr', segment, period, method);
}

/**
 * Gross revenue retention of a segment in a period, the same figure as /grr.
 * Rétention brute (GRR) d’un segment sur une période, le même chiffre que /grr.
 *
 * @param {"Enterprise"} segment Segment, or a range of them; "" for the whole company. Segment ou plage ; "" pour toute l’entreprise.
 * @param {"Q3 2026"} period Period, or a range: Q3 2026, 2026-09, TTM. Période ou plage : T3 2026, 2026-09, 12 mois.
 * @param {"cohort"} method Optional: cohort, movements or compounded. Facultatif : cohort, movements ou compounded.
 * @param {NRR_Snapshot} snapshot Optional: NRR_Snapshot, so that the next sync changes the figure. Facultatif : NRR_Snapshot, pour suivre chaque synchronisation.
 * @return The figure: 0.927 is 92.7%. Le chiffre : 0,927 pour 92,7 %.
 * @customfunction
 */
function GRR(segment, period, method, snapshot) {
  return figures_('grr', segment, period, method);
}

/**
 * Any figure of a segment in a period: nrr, grr, logo_retention, starting_mrr, expansion, contraction, churn,
 * ending_mrr, new_mrr, mrr, arr, accounts; or "reason": why there is no NRR, in words.
 * Tout chiffre d’un segment sur une période : nrr, grr, MRR initial, expansion, contraction, churn, MRR final, mrr, arr,
 * comptes ; ou "raison" : pourquoi il n’y a pas de NRR.
 *
 * @param {"churn"} metric The figure, or "reason". Le chiffre, ou "raison".
 * @param {"Enterprise"} segment Segment, or a range of them; "" for the whole company. Segment ou plage ; "" pour toute l’entreprise.
 * @param {"Q3 2026"} period Period, or a range: Q3 2026, 2026-09, TTM. Période ou plage : T3 2026, 2026-09, 12 mois.
 * @param {NRR_Snapshot} snapshot Optional: NRR_Snapshot, so that the next sync changes the figure. Facultatif : NRR_Snapshot, pour suivre chaque synchronisation.
 * @return The figure, money in units of the currency. Le chiffre, les montants en unités de la devise.
 * @customfunction
 */
function RETENTION(metric, segment, period, snapshot) {
  return figures_(metric, segment, period);
}

/** Returns the figure of one cell, or a grid of figures where an argument is a range. */
function figures_(metric, segment, period, method) {
  const parts = [metric, segment, period, method].map(readArgument_);
  const rows = Math.max(...parts.map((part) => part.grid.length));
  const columns = Math.max(...parts.map((part) => part.grid[0].length));
  const fits = (size, most) => size === 1 || size === most;
  if (!parts.every((part) => fits(part.grid.length, rows) && fits(part.grid[0].length, columns))) {
    throw new Error(text_('badShape'));
  }
  const isRange = parts.some((part) => part.isRange);
  const cells = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      cells.push(readCell_(parts, row, column));
    }
  }
  const asked = cells.filter((cell) => cell !== null);
  const answers = asked.length ? answer_(asked.map((cell) => cell.question)) : [];
  let next = 0;
  const values = cells.map((cell) => (cell === null ? null : showAnswer_(cell, answers[next++], isRange)));
  if (!isRange) return values[0];
  return Array.from({length: rows}, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

/** Returns {grid, isRange} of an argument: a range arrives as rows of cells. */
function readArgument_(value) {
  return Array.isArray(value) ? {grid: value, isRange: true} : {grid: [[value]], isRange: false};
}

/** Returns the question of one cell of the result; null where a cell of a range is blank, so that nothing is asked. */
function readCell_(parts, row, column) {
  const texts = parts.map((part) => {
    const line = part.grid[part.grid.length === 1 ? 0 : row];
    return cellText_(line[line.length === 1 ? 0 : column]);
  });
  const [metric, segment, period, method] = texts;
  if (parts.slice(0, 3).some((part, place) => part.isRange && texts[place] === '')) return null;
  const name = method.toLowerCase();
  if (!['', 'cohort', 'movements', 'compounded'].includes(name)) throw new Error(text_('badMethod'));
  const asksReason = ['reason', 'raison'].includes(metric.toLowerCase());
  const question = {metric: asksReason ? 'nrr' : metric, segment: segment, period: period, method: name};
  return {question: question, asksReason: asksReason};
}

/** Returns the text of a cell. Sheets turns "2026-09" and "Sept. 2026" into dates: they are months again. */
function cellText_(value) {
  if (value === null || value === undefined) return '';
  if (Object.prototype.toString.call(value) === '[object Date]') {
    return Utilities.formatDate(value, SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone(), 'yyyy-MM');
  }
  // A text that is longer than any question is not understood, and stops no other cell.
  return String(value).trim().slice(0, 200);
}

/** Returns what a cell shows. Throws the reason where a single cell has no figure. */
function showAnswer_(cell, answer, isRange) {
  if (cell.asksReason) return answer.value === null ? answer.reason : text_('noReason');
  if (answer.value !== null) return answer.value;
  if (isRange) return NaN;
  throw new Error(answer.reason);
}
