/**
 * The connection to nrrbot: address, key, requests, and the texts in both languages.
 * A function whose name ends with "_" is private: neither a formula nor the sidebar can call it.
 */

/** Seconds for which a figure is taken from the cache. */
const CACHE_SECONDS = 300;
/** Questions in one request, the limit of the backend. */
const MOST_QUESTIONS = 500;
/** The range with the number of the snapshot. Formulas that refer to it are worked out again after a sync. */
const SNAPSHOT_NAME = 'NRR_Snapshot';
const SNAPSHOT_TAB = 'NRR Add-in';

const TEXTS = {
  en: {
    notConnected: 'This sheet is not connected to nrrbot, so it has no figures. Choose Connect in the menu NRR.',
    noAnswer: 'nrrbot does not answer, so there is no figure now. Try again in a minute; if it lasts, tell its admin.',
    badShape: 'Segment, period and method have different shapes. Give one row, one column, or equal ranges.',
    badMethod: 'There is no such method. Methods: cohort, movements, compounded.',
    noReason: 'There is a figure.',
    menu: 'NRR', sidebar: 'Open the sidebar', connect: 'Connect …', refresh: 'Work figures out again',
    triggers: 'Report edits', triggersOn: 'Edits of this sheet are reported from now on.',
    askUrl: 'Address of nrrbot, such as https://nrr.example.com', askKey: 'Key, from nrrbot addin key add',
    clientId: 'For the sidebar, the admin sets addin.client_id to: {id}',
    badUrl: 'The address must begin with https://, so that no one can read the key on the way.',
    connected: 'Connected. Data through {month}.',
    noToken: 'Google gave no identity token, so the sidebar stays empty. Reload the sheet and allow the add-in again.',
    noCell: 'This problem has no cell of this sheet any more.',
  },
  fr: {
    notConnected: 'Ce classeur n’est pas relié à nrrbot et n’a donc aucun chiffre. Choisissez Connecter dans le menu NRR.',
    noAnswer: 'nrrbot ne répond pas : pas de chiffre pour le moment. Réessayez dans une minute ; sinon, prévenez son administrateur.',
    badShape: 'Segment, période et méthode n’ont pas la même forme. Donnez une ligne, une colonne ou des plages égales.',
    badMethod: 'Cette méthode n’existe pas. Méthodes : cohort, movements, compounded.',
    noReason: 'Il y a un chiffre.',
    menu: 'NRR', sidebar: 'Ouvrir le volet', connect: 'Connecter…', refresh: 'Recalculer les chiffres',
    triggers: 'Signaler les modifications', triggersOn: 'Les modifications de ce classeur sont désormais signalées.',
    askUrl: 'Adresse de nrrbot, par exemple https://nrr.example.com', askKey: 'Clé, fournie par nrrbot addin key add',
    clientId: 'Pour le volet, l’administrateur donne à addin.client_id la valeur : {id}',
    badUrl: 'L’adresse doit commencer par https:// pour que personne ne puisse lire la clé en chemin.',
    connected: 'Connecté. Données jusqu’à {month}.',
    noToken: 'Google n’a pas fourni de jeton d’identité : le volet reste vide. Rechargez le classeur et autorisez à nouveau le module.',
    noCell: 'Ce problème n’a plus de cellule dans ce classeur.',
  },
};

/** Returns "fr" for a French spreadsheet, else "en". */
function language_() {
  return /^fr/i.test(SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetLocale() || '') ? 'fr' : 'en';
}

/** Returns a text in the language of the spreadsheet, with its {places} filled. */
function text_(name, values) {
  return TEXTS[language_()][name].replace(/\{(\w+)\}/g, (place, key) => (values || {})[key]);
}

/** Returns {url, key} of the connection. Throws where the sheet is not connected. */
function connection_() {
  const properties = PropertiesService.getDocumentProperties().getProperties();
  if (!properties.NRR_URL || !properties.NRR_KEY) throw new Error(text_('notConnected'));
  return {url: properties.NRR_URL, key: properties.NRR_KEY};
}

/** Sends a request with a key or an identity token and returns the JSON of the answer. Throws with the reason. */
function send_(path, body, credential) {
  const connection = connection_();
  const options = {
    method: body === undefined ? 'get' : 'post',
    headers: {Authorization: 'Bearer ' + (credential || connection.key), 'Accept-Language': language_()},
    muteHttpExceptions: true,
    followRedirects: false,
  };
  if (body !== undefined) {
    options.contentType = 'application/json';
    options.payload = JSON.stringify(body);
  }
  let response;
  let content;
  try {
    response = UrlFetchApp.fetch(connection.url + '/addin/v1/' + path, options);
    content = JSON.parse(response.getContentText());
  } catch (error) {
    // The error of UrlFetchApp has the address in it, which helps no one at a cell.
    throw new Error(text_('noAnswer'));
  }
  if (response.getResponseCode() === 200) return content;
  if (content.error && content.error.message) throw new Error(content.error.message);
  throw new Error(text_('noAnswer'));
}

/**
 * Returns the answers to questions {metric, segment, period, method}, in their order, each asked once.
 * With a credential they come from the backend alone: what a person may see is in no cache.
 */
function answer_(questions, credential) {
  const connection = connection_();
  const language = language_();
  const cache = credential ? null : CacheService.getDocumentCache();
  const keys = questions.map((question) => cacheKey_(connection, language, question));
  const answers = {};
  const stored = cache ? cache.getAll(Array.from(new Set(keys))) : {};
  Object.keys(stored).forEach((key) => {
    answers[key] = JSON.parse(stored[key]);
  });
  const missing = new Map();
  keys.forEach((key, place) => {
    if (!answers[key]) missing.set(key, questions[place]);
  });
  const wanted = Array.from(missing.keys());
  for (let start = 0; start < wanted.length; start += MOST_QUESTIONS) {
    const part = wanted.slice(start, start + MOST_QUESTIONS);
    const body = {questions: part.map((key) => missing.get(key)), language: language};
    const found = send_('metrics', body, credential).answers;
    const fresh = {};
    part.forEach((key, place) => {
      answers[key] = found[place];
      fresh[key] = JSON.stringify(found[place]);
    });
    if (cache) cache.putAll(fresh, CACHE_SECONDS);
  }
  return keys.map((key) => answers[key]);
}

/** Returns a key of at most 250 characters for a question; after a sync or with another key it is another one. */
function cacheKey_(connection, language, question) {
  const range = SpreadsheetApp.getActiveSpreadsheet().getRangeByName(SNAPSHOT_NAME);
  const parts = [connection.url, connection.key, language, range ? range.getValue() : ''];
  const text = JSON.stringify(parts.concat(question.metric, question.segment, question.period, question.method));
  return Utilities.base64Encode(Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, text, Utilities.Charset.UTF_8));
}
