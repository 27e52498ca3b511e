export const venueParts = /* GraphQL */ `
  fragment VenueParts on Venue {
    id
    title
    city
    capacity
  }
`;

export const venuesIn = /* GraphQL */ `
  query VenuesIn($city: String) {
    venues(city: $city) { title city }
  }
`;
