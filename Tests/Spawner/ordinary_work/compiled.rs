// What a compiled program does for a living, with Rust's standard library alone.
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};
use std::sync::{mpsc, Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, thread};

fn threads() {
    let counted = Arc::new((Mutex::new(0), Condvar::new()));
    let handles: Vec<_> = (0..8)
        .map(|_| {
            let counted = Arc::clone(&counted);
            thread::Builder::new().name("worker".into()).spawn(move || {
                *counted.0.lock().unwrap() += 1;
                counted.1.notify_all();
            })
        })
        .collect();
    let guard = counted.1.wait_while(counted.0.lock().unwrap(), |count| *count < 8).unwrap();
    drop(guard);
    handles.into_iter().for_each(|handle| handle.unwrap().join().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(1).unwrap());
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(1));
    assert!(thread::available_parallelism().unwrap().get() > 0);
    assert!(thread::spawn(|| std::panic::catch_unwind(|| Vec::<i32>::new()[..].first().copied())).join().is_ok());
}

fn files() {
    fs::create_dir_all("/tmp/work/deep").unwrap();
    fs::write("/tmp/work/a", "text").unwrap();
    assert_eq!(fs::copy("/tmp/work/a", "/tmp/work/b").unwrap(), 4);
    fs::rename("/tmp/work/b", "/tmp/work/c").unwrap();
    fs::hard_link("/tmp/work/a", "/tmp/work/d").unwrap();
    std::os::unix::fs::symlink("a", "/tmp/work/link").unwrap();
    assert_eq!(fs::canonicalize("/tmp/work/link").unwrap().to_str(), Some("/tmp/work/a"));
    let file = fs::OpenOptions::new().read(true).append(true).open("/tmp/work/a").unwrap();
    file.set_len(100).unwrap();
    file.sync_all().unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 100);
    assert_eq!(fs::read_dir("/tmp/work").unwrap().count(), 5);
    fs::remove_dir_all("/tmp/work").unwrap();
    assert!(env::current_dir().unwrap().ends_with("task"));
}

fn network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut text = [0; 2];
        peer.read_exact(&mut text).unwrap();
        peer.write_all(&text).unwrap();
    });
    let mut client = TcpStream::connect_timeout(&address, Duration::from_secs(20)).unwrap();
    client.set_nodelay(true).unwrap();
    client.write_all(b"hi").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "hi");
    server.join().unwrap();
    let socket = UdpSocket::bind("[::1]:0").unwrap();
    socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 1);
    let _local = UnixListener::bind("/tmp/local").unwrap();
    UnixStream::connect("/tmp/local").unwrap();
    assert!("localhost:80".to_socket_addrs().unwrap().count() > 0);
    assert!("no.such.name.example:80".to_socket_addrs().is_err());
}

fn processes() {
    let output = Command::new("/bin/sh").args(["-c", "echo $WORD"]).env("WORD", "child").output().unwrap();
    assert_eq!(output.stdout, b"child\n");
    let mut cat = Command::new("/bin/cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    cat.stdin.take().unwrap().write_all(b"through").unwrap();
    assert_eq!(cat.wait_with_output().unwrap().stdout, b"through");
    let mut sleeper = Command::new("/bin/sleep").arg("60").spawn().unwrap();
    sleeper.kill().unwrap();
    assert!(!sleeper.wait().unwrap().success());
}

fn main() {
    threads();
    files();
    network();
    processes();
    let start = Instant::now();
    thread::sleep(Duration::from_millis(5));
    assert!(start.elapsed() >= Duration::from_millis(5));
    println!("all well");
}
