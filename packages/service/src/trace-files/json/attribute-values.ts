export type AttributeValue = string | number | boolean;

/**
 * Holds attributes by key. Its prototype is empty, so `__proto__` and `constructor` are keys like all others; made by a
 * class, because V8 keeps those fast where it makes a dictionary of `Object.create(null)`.
 */
export class AttributeValues {
  [key: string]: AttributeValue;
}

Object.setPrototypeOf(AttributeValues.prototype, null);
Reflect.deleteProperty(AttributeValues.prototype, "constructor");
