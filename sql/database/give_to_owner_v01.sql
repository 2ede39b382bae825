-- Last: a bootstrap role that is not a superuser prepared it as its owner.
ALTER DATABASE {{database}} OWNER TO {{owner}};
