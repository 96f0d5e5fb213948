/** The API as data: routes with their schemas, and the OpenAPI document that is made of them. */
export { describeApi } from './document.ts';
export { type Handlers, registerRoutes } from './register.ts';
export { type OperationId, ROUTES, type Route } from './routes.ts';
