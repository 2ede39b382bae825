"""What the two routes answer."""

BUSY = "/api/v1/customers/busy?limit=1"


def test_the_busiest_come_first_page_by_page(neighbours):
    made = work(neighbours, Ada=1, Bea=3)
    first = neighbours.request(neighbours.a, "GET", BUSY)
    assert first.json["items"] == [{"id": made["Bea"], "name": "Bea", "open_todos": 3}]
    assert neighbours.request(neighbours.a, "GET", first.headers["Link"].split(">")[0][1:]).json["items"]


def test_a_customer_is_merged_into_another_once(neighbours):
    made = work(neighbours, Cem=2, Dan=9)
    path = f"/api/v1/customers/{made['Cem']}/merge"
    wanted = (made["Cem"], 409), (str(neighbours.b.rows["customers"][0]["id"]), 422), (made["Dan"], 204)
    for into_id, status in (*wanted, (made["Dan"], 404)):
        answer = neighbours.request(neighbours.a, "POST", path, json={"into_id": into_id})
        assert answer.status_code == status, answer.json
    first = neighbours.request(neighbours.a, "GET", BUSY).json["items"]
    assert first == [{"id": made["Dan"], "name": "Dan", "open_todos": 11}]


def work(neighbours, **todos):
    made = {}
    for name, count in todos.items():
        customer = send(neighbours, "customers", name=name, email=f"{name}@merged.example")
        made[name] = customer["id"]
        rca = send(neighbours, "rcas", title=name, issue_description="?", customer_id=customer["id"])
        for number in range(count):
            send(neighbours, "todos", text=str(number), rca_id=rca["id"])
    return made


def send(neighbours, resource, **fields):
    return neighbours.request(neighbours.a, "POST", f"/api/v1/{resource}", json=fields).json
