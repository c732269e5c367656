'use strict';

// From a handler's name to the function that it names.

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');

const errors = require('./errors.js');

/**
 * Imports the handler's module. Rejects with a fault in Lambda's words, or with what the module throws.
 *
 * @param parent whose name the stack of a failed `require` shows below the function's own files.
 */
async function load(name, taskRoot, parent) {
  if (name.includes('..')) {
    throw new errors.MalformedHandlerName(
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = path.basename(name);
  const dot = base.indexOf('.');
  if (dot < 0) throw new errors.MalformedHandlerName('Bad handler');
  const folder = name.slice(0, name.indexOf(base));
  const found = nested(await importInWords(folder, base.slice(0, dot), taskRoot, parent), base.slice(dot + 1));
  if (!found) throw new errors.HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new errors.HandlerNotFound(`${name} is not a function`);
  insistOnPromises(found);
  return found;
}

/** Whether the function ends by its promise alone. */
function isAsync(handler) {
  return handler.constructor?.name === 'AsyncFunction';
}

function nested(module, names) {
  return names.split('.').reduce((value, name) => value && value[name], module);
}

async function importInWords(folder, module, taskRoot, parent) {
  try {
    return await importModule(folder, module, taskRoot, createRequire(parent));
  } catch (error) {
    if (error instanceof SyntaxError) throw new errors.UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new errors.ImportModuleError(error);
    throw error;
  }
}

/** In the order of Lambda: a file of that very name, then `.js`, `.mjs`, `.cjs`, then as a package is found. */
async function importModule(folder, module, taskRoot, require) {
  const file = path.resolve(taskRoot, folder, module);
  if (fs.existsSync(file)) return require(file);
  if (fs.existsSync(file + '.js')) {
    return isModuleScope(path.dirname(file)) ? importFile(file + '.js') : require(file + '.js');
  }
  if (fs.existsSync(file + '.mjs')) return importFile(file + '.mjs');
  if (fs.existsSync(file + '.cjs')) return require(file + '.cjs');
  return require(require.resolve(module, { paths: [taskRoot, path.resolve(taskRoot, folder)] }));
}

function importFile(file) {
  return import(pathToFileURL(file));
}

/** Whether the nearest package.json makes `.js` an ES module; one that cannot be read does not. */
function isModuleScope(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const file = path.join(folder, 'package.json');
  if (!fs.existsSync(file)) return folder === '/' ? false : isModuleScope(path.dirname(folder));
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))?.type === 'module';
  } catch (error) {
    console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
    return false;
  }
}

/** From Node 24 on Lambda calls no handler that takes a callback; before, both forms are served. */
function insistOnPromises(handler) {
  if (handler.length < 3 || Number(process.versions.node.split('.')[0]) < 24) return;
  throw new errors.CallbackHandlerDeprecated(
    'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
      'modify this function to use a supported handler signature to use Node.js 24 or later. For more information ' +
      'see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  );
}

module.exports = { load, isAsync };
