-- As pg_dump 15.18 writes it, without its comments: owners, rights, extensions, publications, a subscription, an event trigger.
\restrict 1icvMyd3iUPlUBzScWmT7ClhwZ20Me8MCX2nMoj5Umokjiaz0KcI3aJMe50Y2c3
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA audit;
ALTER SCHEMA audit OWNER TO app;
CREATE SCHEMA extensions;
ALTER SCHEMA extensions OWNER TO postgres;
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';
CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';
CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA extensions;
COMMENT ON EXTENSION pg_stat_statements IS 'track planning and execution statistics of all SQL statements executed';
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA extensions;
COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';
CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;
COMMENT ON EXTENSION postgres_fdw IS 'foreign-data wrapper for remote PostgreSQL servers';
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';
CREATE TYPE public.mood AS ENUM (
    'sad',
    'ok'
);
ALTER TYPE public.mood OWNER TO app;
CREATE FUNCTION audit.note() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN INSERT INTO audit.log (what) VALUES (NEW.email); RETURN NEW; END $$;
ALTER FUNCTION audit.note() OWNER TO app;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE NOTICE 'ddl'; END $$;
ALTER FUNCTION public.on_ddl() OWNER TO postgres;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE audit.log (
    id bigint NOT NULL,
    what text
);
ALTER TABLE audit.log OWNER TO app;
ALTER TABLE audit.log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME audit.log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public."User" (
    id integer NOT NULL,
    email public.citext NOT NULL,
    name text,
    tags public.hstore,
    token uuid DEFAULT public.uuid_generate_v4(),
    mood public.mood DEFAULT 'ok'::public.mood
);
ALTER TABLE ONLY public."User" FORCE ROW LEVEL SECURITY;
ALTER TABLE public."User" OWNER TO app;
COMMENT ON TABLE public."User" IS 'people';
CREATE SEQUENCE public."User_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE public."User_id_seq" OWNER TO app;
ALTER SEQUENCE public."User_id_seq" OWNED BY public."User".id;
CREATE VIEW public.names AS
 SELECT "User".name
   FROM public."User";
ALTER TABLE public.names OWNER TO app;
ALTER TABLE ONLY public."User" ALTER COLUMN id SET DEFAULT nextval('public."User_id_seq"'::regclass);
SELECT pg_catalog.lo_create('4711');
ALTER LARGE OBJECT 4711 OWNER TO postgres;
COPY audit.log (id, what) FROM stdin;
1	Ada@example.com
2	b;c@example.com
\.
COPY public."User" (id, email, name, tags, token, mood) FROM stdin;
1	Ada@example.com	Ada	\N	52540fd9-e756-47a2-8660-6d1ea714c31f	ok
2	b;c@example.com	tab\there	\N	4cb31173-c3de-4a88-b39f-26836ac3ee6d	ok
\.
SELECT pg_catalog.setval('audit.log_id_seq', 2, true);
SELECT pg_catalog.setval('public."User_id_seq"', 2, true);
BEGIN;
SELECT pg_catalog.lo_open('4711', 131072);
SELECT pg_catalog.lo_close(0);
COMMIT;
ALTER TABLE ONLY audit.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public."User"
    ADD CONSTRAINT "User_email_key" UNIQUE (email);
ALTER TABLE ONLY public."User"
    ADD CONSTRAINT "User_pkey" PRIMARY KEY (id);
CREATE INDEX "User_name_idx" ON public."User" USING gin (name public.gin_trgm_ops);
CREATE TRIGGER note AFTER INSERT ON public."User" FOR EACH ROW EXECUTE FUNCTION audit.note();
ALTER TABLE public."User" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public."User" USING (true);
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, update, delete, truncate');
ALTER PUBLICATION everything OWNER TO postgres;
CREATE PUBLICATION one WITH (publish = 'insert, update, delete, truncate');
ALTER PUBLICATION one OWNER TO postgres;
ALTER PUBLICATION one ADD TABLE ONLY public."User";
CREATE SUBSCRIPTION theirs CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x WITH (connect = false, slot_name = 'theirs');
ALTER SUBSCRIPTION theirs OWNER TO postgres;
GRANT USAGE ON SCHEMA audit TO reader;
GRANT SELECT ON TABLE public."User" TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES  TO reader;
CREATE EVENT TRIGGER watch ON ddl_command_end
   EXECUTE FUNCTION public.on_ddl();
ALTER EVENT TRIGGER watch OWNER TO postgres;
\unrestrict 1icvMyd3iUPlUBzScWmT7ClhwZ20Me8MCX2nMoj5Umokjiaz0KcI3aJMe50Y2c3
