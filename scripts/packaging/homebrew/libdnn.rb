# A formula of Homebrew, which builds the latest commit of the checkout that it lies in:
# brew install --HEAD --formula scripts/packaging/homebrew/libdnn.rb
class Libdnn < Formula
  desc "Fully connected neural networks, trained and run at the speed of the machine"
  license "MIT"
  head "file://#{File.expand_path("../../..", __dir__)}", using: :git, branch: "main"

  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => [:build, :test]
  depends_on "libmd"
  depends_on "openblas"
  depends_on "protobuf-c"

  uses_from_macos "python" => :build
  uses_from_macos "zlib"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DDNN_BUILD_TESTS=OFF", "-DDNN_BUILD_EXAMPLES=OFF",
           "-DDNN_BUILD_BENCH=OFF", *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    (testpath/"test.c").write <<~C
      #include <dnn.h>

      int main(void)
      {
          const int64_t layers[] = {2, 3, 1};
          const double x[] = {0, 1};
          double y;
          dnn_model *model = 0;
          const int failed = dnn_model_create(layers, 3, 0, &model) || dnn_model_predict(model, x, 1, &y);
          dnn_model_destroy(model);
          return failed;
      }
    C
    flags = shell_output("pkgconf --cflags --libs dnn").chomp.split
    system ENV.cc, "test.c", "-o", "test", *flags
    system "./test"
  end
end
