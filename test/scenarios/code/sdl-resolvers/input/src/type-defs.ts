export const typeDefs = /* GraphQL */ `
  type Course {
    id: Int!
    title: String!
    teacher: String!
    hours: Int!
  }

  type Query {
    courses: [Course!]!
  }

  type Mutation {
    addCourse(title: String!, teacher: String!): Course!
  }
`;
