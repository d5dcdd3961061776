/**
 * Installable triggers: an edit or a change of a tab is reported, so that the next sync starts at once; and the number of
 * the snapshot is followed. Edits by the API or by scripts fire no trigger: the bot finds them when it looks.
 */

/** Seconds in which an edit, and a change of a tab, is reported at most once. */
const REPORT_SECONDS = 10;

/** Installs the triggers of this spreadsheet, each once. */
function installTriggers() {
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const names = ['reportEdit', 'reportChange', 'followSyncs'];
  ScriptApp.getProjectTriggers()
    .filter((trigger) => names.includes(trigger.getHandlerFunction()))
    .forEach((trigger) => ScriptApp.deleteTrigger(trigger));
  ScriptApp.newTrigger('reportEdit').forSpreadsheet(spreadsheet).onEdit().create();
  ScriptApp.newTrigger('reportChange').forSpreadsheet(spreadsheet).onChange().create();
  ScriptApp.newTrigger('followSyncs').timeBased().everyMinutes(5).create();
  SpreadsheetApp.getUi().alert(text_('triggersOn'));
}

/** Reports the range that a person edited. */
function reportEdit(event) {
  reportOnce_('edit', event.range.getSheet().getName(), event.range.getA1Notation());
}

/** Reports a tab whose rows or columns were inserted or removed, or that is new. Edits of cells have their trigger. */
function reportChange(event) {
  if (event.changeType === 'EDIT' || event.changeType === 'FORMAT') return;
  reportOnce_('change', event.source.getActiveSheet().getName(), '');
}

/** Follows the snapshot, so that formulas show the figures of the last sync. */
function followSyncs() {
  try {
    showSnapshot_(String(send_('periods').origin.snapshot));
  } catch (error) {
    // The next run tries again; formulas report why there is no figure.
  }
}

/** Reports a place unless one was reported a moment ago. */
function reportOnce_(kind, tab, range) {
  if (tab === SNAPSHOT_TAB) return;
  const lock = LockService.getDocumentLock();
  if (!lock.tryLock(2000)) return;
  try {
    const cache = CacheService.getDocumentCache();
    const name = 'NRR_REPORTED_' + kind;
    if (cache.get(name)) return;
    cache.put(name, '1', REPORT_SECONDS);
  } finally {
    lock.releaseLock();
  }
  try {
    send_('changed', {tab: tab.slice(0, 200), range: range.slice(0, 40)});
  } catch (error) {
    // A report only brings the sync forward: without it the bot finds the edit when it looks.
  }
}
