import { expect, test } from "vitest";
import { mostSimilar, wordsOf } from "../../../../core/src/code/names/similar-name.js";

test.each([
  ["utmCampaign", "email utmSource utmTerm", "utmSource utmTerm"],
  ["billingCity", "city shippingCity billingName", "city shippingCity billingName"],
  ["billingAddressCity", "billingName shippingAddressCity", "shippingAddressCity"],
  ["displayName", "firstName nameLast lastName", ""],
  ["paymentStatus", "status orderStatus paymentDate", "paymentDate"],
  ["shippingCity", "city billingCity email", "city billingCity"],
  ["utm_medium", "utmSource email", "utmSource"],
  ["handle", "handler email", "handler"],
  ["handle", "email phone", ""],
  ["nickname", "name email", "name"],
  ["userIDs", "userName teamIDs", "userName"],
  ["a", "b", ""],
  ["x", "", ""],
])("%s is most like, of %s: %s", (name, others, expected) => {
  expect(mostSimilar(name, others.split(" ").filter(Boolean)).join(" ")).toBe(expected);
});

test.each([
  ["apiKeyHash", "api key hash"],
  ["HTMLBody", "html body"],
  ["line2Text", "line 2 text"],
  ["created_at", "created at"],
  ["größeInCm", "größe in cm"],
  ["_", "_"],
])("the words of %s: %s", (name, words) => {
  expect(wordsOf(name).join(" ")).toBe(words);
});
