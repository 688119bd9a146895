create table if not exists note (
	id bigint generated always as identity primary key,
	author varchar(40) not null,
	text varchar(1000) not null,
	created timestamp with time zone not null default current_timestamp
);
