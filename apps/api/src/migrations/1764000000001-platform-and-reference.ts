import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  APP_ROLE,
  grant,
  protectFloor,
  protectMerchantFloor,
  protectMerchantReference,
  protectStaffReference,
} from './sql.js';

/** The mechanisms (events, inbox, idempotency, ranges, exceptions) and the tables that every site shares. */
export class PlatformAndReference1764000000001 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`grant usage on schema public to ${APP_ROLE}`);
    // SET takes no bind parameter and set_config does not reach the workers of a distributed database.
    await query.query(`
      create function app_context(p_scope text, p_site int, p_merchant uuid) returns void language plpgsql as $$
      begin
        execute format('set local app.scope = %L', p_scope);
        execute format('set local app.site = %L', coalesce(p_site::text, ''));
        execute format('set local app.merchant = %L', coalesce(p_merchant::text, ''));
      end $$`);

    await query.query(`
      create table sites (
        id int not null,
        code text not null,
        name text not null,
        timezone text not null,
        created_at timestamptz not null,
        constraint sites_pk primary key (id),
        constraint sites_code_uq unique (code)
      );
      create table merchants (
        id uuid not null,
        code text not null,
        name text not null,
        active boolean not null default true,
        settings jsonb not null default '{}',
        created_at timestamptz not null,
        constraint merchants_pk primary key (id),
        constraint merchants_code_uq unique (code)
      );
      create table items (
        id uuid not null,
        merchant_id uuid not null,
        sku text not null,
        name text not null,
        length_mm int not null,
        width_mm int not null,
        height_mm int not null,
        weight_grams int not null,
        tracking text not null default 'none',
        fragile boolean not null default false,
        active boolean not null default true,
        updated_at timestamptz not null,
        constraint items_pk primary key (id),
        constraint items_sku_uq unique (merchant_id, sku),
        constraint items_merchant_fk foreign key (merchant_id) references merchants (id),
        constraint items_tracking_ck check (tracking in ('none', 'lot', 'serial', 'expiry')),
        constraint items_size_ck check (length_mm > 0 and width_mm > 0 and height_mm > 0 and weight_grams > 0)
      );
      create table item_barcodes (
        merchant_id uuid not null,
        barcode text not null,
        item_id uuid not null,
        quantity int not null default 1,
        constraint item_barcodes_pk primary key (merchant_id, barcode),
        constraint item_barcodes_item_fk foreign key (item_id) references items (id),
        constraint item_barcodes_quantity_ck check (quantity > 0)
      );
      create index item_barcodes_barcode_ix on item_barcodes (barcode);
      create index item_barcodes_item_ix on item_barcodes (item_id);
      create table carriers (
        code text not null,
        name text not null,
        constraint carriers_pk primary key (code)
      );
      create table people (
        id uuid not null,
        name text not null,
        email text,
        password_hash text,
        badge text,
        pin_hash text,
        language text not null default 'en',
        active boolean not null default true,
        created_at timestamptz not null,
        constraint people_pk primary key (id),
        constraint people_email_uq unique (email),
        constraint people_badge_uq unique (badge)
      );
      create table person_roles (
        person_id uuid not null,
        site_id int not null,
        role text not null,
        constraint person_roles_pk primary key (person_id, site_id, role),
        constraint person_roles_person_fk foreign key (person_id) references people (id),
        constraint person_roles_site_fk foreign key (site_id) references sites (id),
        constraint person_roles_role_ck check (role in ('admin', 'supervisor', 'operator', 'integrator'))
      );
      create table api_keys (
        id uuid not null,
        merchant_id uuid not null,
        site_id int not null,
        name text not null,
        prefix text not null,
        secret_hash text not null,
        scopes text[] not null,
        created_at timestamptz not null,
        revoked_at timestamptz,
        constraint api_keys_pk primary key (id),
        constraint api_keys_prefix_uq unique (prefix),
        constraint api_keys_merchant_fk foreign key (merchant_id) references merchants (id),
        constraint api_keys_site_fk foreign key (site_id) references sites (id)
      );
      create table setup_tokens (
        id uuid not null,
        token_hash text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        constraint setup_tokens_pk primary key (id)
      );
      create table sign_in_failures (
        subject text not null,
        failures int not null,
        last_at timestamptz not null,
        constraint sign_in_failures_pk primary key (subject)
      )`);

    await query.query(`
      create table sessions (
        site_id int not null,
        id uuid not null,
        person_id uuid not null,
        token_hash text not null,
        face text not null,
        station_id uuid,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        ended_at timestamptz,
        constraint sessions_pk primary key (site_id, id),
        constraint sessions_site_fk foreign key (site_id) references sites (id),
        constraint sessions_person_fk foreign key (person_id) references people (id),
        constraint sessions_token_uq unique (site_id, token_hash),
        constraint sessions_face_ck check (face in ('office', 'floor'))
      );
      create table events (
        site_id int not null,
        id uuid not null,
        seq bigint generated always as identity,
        type text not null,
        aggregate_id uuid not null,
        order_id uuid,
        parcel_id uuid,
        merchant_id uuid,
        data jsonb not null,
        actor text not null,
        trace text not null,
        at timestamptz not null,
        published_at timestamptz,
        constraint events_pk primary key (site_id, id)
      );
      create index events_unpublished_ix on events (site_id, seq) where published_at is null;
      create index events_at_ix on events (site_id, at);
      create index events_type_ix on events (site_id, type, at);
      create index events_order_ix on events (site_id, order_id, seq) where order_id is not null;
      create index events_parcel_ix on events (site_id, parcel_id, seq) where parcel_id is not null;
      create table event_deliveries (
        site_id int not null,
        event_id uuid not null,
        listener text not null,
        attempts int not null,
        state text not null,
        error text,
        next_at timestamptz,
        at timestamptz not null,
        constraint event_deliveries_pk primary key (site_id, event_id, listener),
        constraint event_deliveries_event_fk foreign key (site_id, event_id) references events (site_id, id),
        constraint event_deliveries_state_ck check (state in ('done', 'failed', 'dead'))
      );
      create index event_deliveries_open_ix on event_deliveries (site_id, next_at) where state = 'failed';
      create table idempotency_keys (
        site_id int not null,
        actor text not null,
        key text not null,
        request_hash text not null,
        status int,
        body jsonb,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        constraint idempotency_keys_pk primary key (site_id, actor, key)
      );
      create table number_ranges (
        site_id int not null,
        id uuid not null,
        kind text not null,
        scope text not null,
        prefix text not null,
        next_value bigint not null,
        last_value bigint not null,
        constraint number_ranges_pk primary key (site_id, id),
        constraint number_ranges_uq unique (site_id, kind, scope, prefix),
        constraint number_ranges_ck check (next_value <= last_value + 1)
      );
      create table exceptions (
        site_id int not null,
        id uuid not null,
        code text not null,
        subject_kind text not null,
        subject_id uuid not null,
        order_id uuid,
        parcel_id uuid,
        merchant_id uuid,
        owner_queue text not null,
        detail text not null,
        opened_at timestamptz not null,
        resolved_at timestamptz,
        resolved_by text,
        resolution text,
        constraint exceptions_pk primary key (site_id, id)
      );
      create unique index exceptions_open_uq on exceptions (site_id, code, subject_id) where resolved_at is null`);

    await query.query(`
      create table agents (
        site_id int not null,
        id uuid not null,
        code text not null,
        name text not null,
        session uuid,
        session_started_at timestamptz,
        epoch int not null default 0,
        online boolean not null default false,
        last_seen_at timestamptz,
        state jsonb not null default '{}',
        inventory jsonb not null default '{}',
        enrolled_at timestamptz,
        claim_hash text,
        claim_expires_at timestamptz,
        created_at timestamptz not null,
        constraint agents_pk primary key (site_id, id),
        constraint agents_site_fk foreign key (site_id) references sites (id),
        constraint agents_code_uq unique (site_id, code)
      );
      create table inbox_streams (
        site_id int not null,
        agent_id uuid not null,
        stream text not null,
        last_seq bigint not null,
        constraint inbox_streams_pk primary key (site_id, agent_id, stream),
        constraint inbox_streams_agent_fk foreign key (site_id, agent_id) references agents (site_id, id)
      );
      create table inbox (
        site_id int not null,
        agent_id uuid not null,
        stream text not null,
        seq bigint not null,
        record_id uuid not null,
        kind text not null,
        device_code text not null,
        at timestamptz not null,
        received_at timestamptz not null,
        data jsonb not null,
        raw_hex text,
        trace text not null,
        outcome text not null,
        reason text,
        constraint inbox_pk primary key (site_id, agent_id, stream, seq),
        constraint inbox_record_uq unique (site_id, record_id),
        constraint inbox_agent_fk foreign key (site_id, agent_id) references agents (site_id, id),
        constraint inbox_outcome_ck check (outcome in ('applied', 'refused')),
        constraint inbox_reason_ck check (outcome = 'applied' or reason is not null)
      );
      create index inbox_received_ix on inbox (site_id, received_at);
      create index inbox_refused_ix on inbox (site_id, received_at) where outcome = 'refused'`);

    await protectStaffReference(query, 'people', 'person_roles', 'setup_tokens', 'sign_in_failures');
    await protectMerchantReference(query, 'id', 'merchants');
    await protectMerchantReference(query, 'merchant_id', 'items', 'item_barcodes', 'api_keys');
    await protectFloor(
      query,
      'sessions',
      'event_deliveries',
      'number_ranges',
      'agents',
      'inbox_streams',
      'inbox',
    );
    await protectMerchantFloor(query, 'events', 'exceptions');
    // A key belongs to whoever sent it: the actor column, checked by the code, names a merchant's key or a person.
    await query.query(`alter table idempotency_keys enable row level security`);
    await query.query(`create policy idempotency_keys_rows on idempotency_keys
      using (current_setting('app.scope', true) in ('system', 'site')
        or actor = 'merchant:' || current_setting('app.merchant', true))`);
    await grant(query, ['select'], 'sites', 'carriers');
    await grant(query, ['insert', 'update'], 'sites', 'carriers');
    await grant(
      query,
      ['select', 'insert', 'update', 'delete'],
      'merchants',
      'items',
      'item_barcodes',
      'people',
      'person_roles',
      'api_keys',
      'setup_tokens',
      'sign_in_failures',
      'sessions',
      'event_deliveries',
      'idempotency_keys',
      'number_ranges',
      'exceptions',
      'agents',
      'inbox_streams',
    );
    await grant(query, ['select', 'insert'], 'events', 'inbox');
    await query.query(`grant update (published_at) on events to ${APP_ROLE}`);
  }

  async down(): Promise<void> {
    throw new Error('The first migration has no way back: drop the database instead.');
  }
}
