/** Packages whose code is in the page. Their licences ask to be passed on with it. */
export const BUNDLED = ['preact', 'uplot', 'eventsource-parser'];
