"""As much of a container engine as docker/compose.yaml asks for, on runc: what
the file promises of a service (user, read-only root, capabilities, limits,
volumes, secrets, networks, names, health) is what its processes get.

It expects to be alone in a network namespace and a process namespace, which
take everything along when they end (run)."""

import ipaddress
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import yaml

TREE = Path(__file__).resolve().parents[2]
COMPOSE = TREE / "docker" / "compose.yaml"


def sh(*args, **more):
    return subprocess.run([str(a) for a in args], check=True, text=True,
                          stdout=subprocess.PIPE, **more).stdout


def bytes_of(text):
    return int(float(text[:-1]) * {"K": 2**10, "M": 2**20,
                                   "G": 2**30}[text[-1].upper()])


def compose(**variables):
    """The file, ${NAME:-default} filled in."""
    def fill(node):
        if isinstance(node, dict):
            return {k: fill(v) for k, v in node.items()}
        if isinstance(node, list):
            return [fill(v) for v in node]
        if isinstance(node, str):
            return re.sub(r"\$\{(\w+):-([^}]*)\}",
                          lambda m: variables.get(m[1]) or m[2], node)
        return node
    return fill(yaml.safe_load(COMPOSE.read_text()))


class Names(threading.Thread):
    """The engine's name server: a service's addresses, while it runs."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.known = {}
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, 53))
        self.start()

    def run(self):
        while True:
            ask, peer = self.sock.recvfrom(512)
            end = ask.index(b"\0", 12)
            labels, at = [], 12
            while at < end:
                labels.append(ask[at + 1:at + 1 + ask[at]].decode())
                at += 1 + ask[at]
            wanted = ".".join(labels).lower()
            kind = struct.unpack(">H", ask[end + 1:end + 3])[0]
            address = self.known.get(wanted)
            answers = b""
            if address and kind == 1:
                answers = (b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 1, 4)
                           + socket.inet_aton(address))
            self.sock.sendto(
                ask[:2] + struct.pack(
                    ">HHHHH", 0x8180 if address else 0x8183, 1,
                    1 if answers else 0, 0, 0) + ask[12:end + 5] + answers,
                peer)


class Engine:
    def __init__(self, **variables):
        self.work = Path(os.environ["IMAGE_STORE"])
        self.root = Path(os.environ["IMAGE_ROOT"])
        image = json.loads((self.work / "image.json").read_text())
        self.image = image["OCIv1"]["config"]
        self.compose = compose(**variables)
        self.running = {}
        self.addresses, self.gateways, self.at = {}, {}, {}
        sh("ip", "link", "set", "lo", "up")
        for i, (name, net) in enumerate(self.compose["networks"].items()):
            subnet = ((net or {}).get("ipam") or {}).get(
                "config", [{"subnet": f"172.31.{i}.0/24"}])[0]["subnet"]
            hosts = ipaddress.ip_network(subnet).hosts()
            gateway = next(hosts)
            bits = subnet.split("/")[1]
            self.addresses[name] = (hosts, bits)
            self.gateways[name] = gateway
            sh("ip", "link", "add", name, "type", "bridge")
            sh("ip", "addr", "add", f"{gateway}/{bits}", "dev", name)
            sh("ip", "link", "set", name, "up")
        self.names = Names(self.gateway("inside"))

    # --- one service ---

    def network(self, service, run):
        """A namespace for it, and its address on each network."""
        sh("ip", "netns", "add", run)
        for i, net in enumerate(service.get("networks") or []):
            hosts, bits = self.addresses[net]
            address = str(next(hosts))
            out, into = f"v{i}.{run.split('.')[1]}", f"eth{i}"
            sh("ip", "link", "add", out, "type", "veth", "peer", "name", into,
               "netns", run)
            sh("ip", "link", "set", out, "master", net, "up")
            sh("ip", "-n", run, "addr", "add", f"{address}/{bits}",
               "dev", into)
            sh("ip", "-n", run, "link", "set", into, "up")
            self.at[run, net] = address
            if net == "inside":
                self.names.known[run.split(".")[0]] = address
        if service.get("networks"):
            sh("ip", "-n", run, "link", "set", "lo", "up")
        return f"/run/netns/{run}"

    def volume(self, name, at):
        """A named volume starts as the image's folder at its place."""
        assert name in self.compose["volumes"]
        path = self.work / "volumes" / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            sh("cp", "-a", f"{self.root}{at}", path)
        return path

    def mounts(self, service, bundle):
        mounts = []

        def bind(source, at, writable=False):
            mounts.append({
                "destination": at, "source": str(source), "type": "bind",
                "options": ["bind", "nosuid", "nodev",
                            "rw" if writable else "ro"]})

        for at in service.get("tmpfs", []):
            mounts.append({
                "destination": at, "source": "tmpfs", "type": "tmpfs",
                "options": ["nosuid", "nodev", "noexec", "mode=1777"]})
        for v in service.get("volumes", []):
            name, at, *mode = v.split(":")
            bind(self.volume(name, at), at, mode != ["ro"])
        for name in service.get("secrets", []):
            file = self.compose["secrets"][name]["file"]
            assert file == f"./secrets/{name}"
            bind(self.work / "secrets" / name, f"/run/secrets/{name}")
        (bundle / "resolv.conf").write_text(
            f"nameserver {self.gateway('inside')}\n")
        bind(bundle / "resolv.conf", "/etc/resolv.conf")
        return mounts

    def bundle(self, name, run, command):
        service = self.compose["services"][name]
        bundle = self.work / "bundles" / run
        bundle.mkdir(parents=True)
        sh("runc", "spec", cwd=bundle)
        c = json.loads((bundle / "config.json").read_text())
        uid, gid = map(int, self.image["User"].split(":"))
        limits = service["deploy"]["resources"]["limits"]
        env = dict(e.split("=", 1) for e in self.image["Env"])
        env.update({k: str(v) for k, v in
                    service.get("environment", {}).items()})
        files = service.get("ulimits", {}).get("nofile", 1024)
        c["hostname"] = name
        c["root"] = {"path": str(self.root), "readonly": service["read_only"]}
        c["process"].update({
            "terminal": False, "user": {"uid": uid, "gid": gid},
            "args": service.get("entrypoint", self.image["Entrypoint"])
            + (command or service["command"]),
            "env": [f"{k}={v}" for k, v in env.items()],
            "cwd": self.image["WorkingDir"],
            "noNewPrivileges":
                "no-new-privileges:true" in service["security_opt"],
            "rlimits": [{"type": "RLIMIT_NOFILE", "soft": files,
                         "hard": files}]})
        if service["cap_drop"] == ["ALL"]:
            c["process"]["capabilities"] = {}
        for m in c["mounts"]:
            if m["destination"] == "/dev/shm" and "shm_size" in service:
                m["options"][-1] = "size=" + service["shm_size"]
        c["mounts"] += self.mounts(service, bundle)
        c["linux"]["resources"].update({
            "memory": {"limit": bytes_of(limits["memory"])},
            "pids": {"limit": limits["pids"]}})
        c["linux"]["cgroupsPath"] = f"/camket-check/{run}"
        for space in c["linux"]["namespaces"]:
            if space["type"] == "network":
                space["path"] = self.network(service, run)
        (bundle / "config.json").write_text(json.dumps(c))
        return bundle

    def start(self, name, command=None):
        run = f"{name}.{time.monotonic_ns() % 10**9}"
        bundle = self.bundle(name, run, command)
        (self.work / "logs").mkdir(exist_ok=True)
        log = (self.work / "logs" / name).open("a")
        process = subprocess.Popen(
            ["runc", "run", "--bundle", str(bundle), run],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if command is None:
            self.running[name] = (run, process)
        return run, process

    def once(self, name, command=None):
        """Run it to its end; what it said."""
        before = len(self.log(name))
        _, process = self.start(name, command or
                                self.compose["services"][name]["command"])
        status = process.wait(300)
        said = self.log(name)[before:]
        assert status == 0, f"{name}: {status}\n{said[-2000:]}"
        return said

    def stop(self, name):
        """Ask as compose would; the status it ended with."""
        service = self.compose["services"][name]
        run, process = self.running.pop(name)
        sig = service.get("stop_signal", self.image["StopSignal"])
        grace = service["stop_grace_period"]
        assert grace.endswith("s")
        sh("runc", "kill", run, sig.removeprefix("SIG"))
        status = process.wait(int(grace[:-1]))
        self.names.known.pop(name, None)
        return status

    def kill(self, name):
        run, process = self.running.pop(name)
        sh("runc", "kill", run, "KILL")
        process.wait(30)

    def exec(self, name, *args, check=True):
        return subprocess.run(
            ["runc", "exec", self.running[name][0], *args], check=check,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def healthy(self, name):
        test = self.compose["services"][name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        return self.exec(name, *test[1:], check=False).returncode == 0

    def pids(self, name):
        run = self.running[name][0]
        return json.loads(sh("runc", "ps", "--format", "json", run))

    def log(self, name):
        path = self.work / "logs" / name
        return path.read_text(errors="replace") if path.exists() else ""

    # --- all of them ---

    def order(self):
        """Services that run on, each after what it depends on."""
        services = {n: s for n, s in self.compose["services"].items()
                    if "profiles" not in s}
        done = []
        while len(done) < len(services):
            done += [n for n, s in services.items() if n not in done
                     and set(s.get("depends_on", {})) <= set(done)]
        return done

    def up(self):
        for name in self.order():
            service = self.compose["services"][name]
            for other, how in service.get("depends_on", {}).items():
                if how["condition"] == "service_healthy":
                    self.wait(other)
            if "healthcheck" in service:
                self.start(name)
            else:
                self.once(name)

    def wait(self, name, seconds=60):
        end = time.monotonic() + seconds
        while not self.healthy(name):
            assert self.running[name][1].poll() is None, self.log(name)[-2000:]
            assert time.monotonic() < end, f"{name} is not well\n" + \
                self.log(name)[-2000:]
            time.sleep(0.3)

    def down(self):
        """In turn, the last first: what each ended with."""
        return {name: self.stop(name) for name in reversed(self.order())
                if name in self.running}

    def gateway(self, network):
        """This machine's own address on a network."""
        return str(self.gateways[network])

    def address(self, name, network):
        """A running service's address on a network."""
        return self.at[self.running[name][0], network]
