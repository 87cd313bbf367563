import { defineConfig } from 'drizzle-kit';

/** `npx drizzle-kit generate --name add_something` writes the next migration; take any `"public".` out of it by hand. */
export default defineConfig({
  dialect: 'postgresql',
  casing: 'snake_case',
  schema: './src/db/schema/*.ts',
  out: './migrations',
  breakpoints: false,
});
