import com.sun.net.httpserver.HttpServer;
import java.net.*;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.file.*;
import java.util.concurrent.*;
import java.util.*;

public class Work {
    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    public static void main(String[] args) throws Exception {
        var pool = Executors.newCachedThreadPool();
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(pool);
        server.createContext("/", exchange -> {
            byte[] body = "served".getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        var client = HttpClient.newHttpClient();
        var answers = new ArrayList<Future<String>>();
        for (int i = 0; i < 20; i++)
            answers.add(pool.submit(() ->
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body()));
        for (var answer : answers) check(answer.get().equals("served"), "the client");
        server.stop(0);
        pool.shutdown();

        var child = new ProcessBuilder("sh", "-c", "echo $((6*7))").start();
        check(new String(child.getInputStream().readAllBytes()).equals("42\n") && child.waitFor() == 0, "the child");
        check(Collections.list(NetworkInterface.getNetworkInterfaces()).stream().anyMatch(one -> one.getName().equals("lo")), "lo");
        check(InetAddress.getByName("localhost").isLoopbackAddress(), "localhost");

        var directory = Files.createTempDirectory("work");
        var file = Files.writeString(directory.resolve("file"), "text");
        Files.move(file, directory.resolve("moved"), StandardCopyOption.ATOMIC_MOVE);
        try (var watcher = FileSystems.getDefault().newWatchService()) {
            directory.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
            Files.createFile(directory.resolve("seen"));
            check(watcher.poll(10, TimeUnit.SECONDS) != null, "the watch");
        }
        try (var mapped = FileChannel.open(directory.resolve("moved"), StandardOpenOption.READ)) {
            check(mapped.map(FileChannel.MapMode.READ_ONLY, 0, 4).get(0) == 't', "the map");
        }
        var path = UnixDomainSocketAddress.of(directory.resolve("socket"));
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(path);
             var near = SocketChannel.open(path);
             var far = listener.accept()) {
            near.write(ByteBuffer.wrap("told".getBytes()));
            check(far.read(ByteBuffer.allocate(4)) == 4, "the socket");
        }
        check(Runtime.getRuntime().availableProcessors() > 0, "the processors");
        System.gc();
        System.out.println("done");
    }
}
